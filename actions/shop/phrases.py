"""Days, amounts, items and lists as they are said to a customer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from actions.shop.catalogue import Money
from actions.shop.order import LineQuantity, Order, OrderLine

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
_FAR_DAYS = 300
_SETS = frozenset({"pots", "dry bags", "tent pegs"})


def day_in_words(day: date, today: date) -> str:
    """'Thursday 6 June'; with the year when it is too far away to be clear without."""
    words = f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return f"{words} {day.year}" if abs((day - today).days) > _FAR_DAYS else words


def near_day(day: date, today: date) -> str:
    """'today, Thursday 6 June', 'tomorrow, ...' or only the day."""
    near = {0: "today, ", 1: "tomorrow, ", -1: "yesterday, "}.get((day - today).days, "")
    return near + day_in_words(day, today)


def on_day(day: date, today: date) -> str:
    """'on Thursday 6 June', or 'today' and 'yesterday' where that is clearer."""
    return {0: "today", -1: "yesterday"}.get((day - today).days, f"on {day_in_words(day, today)}")


def amount_in_words(amount: Money) -> str:
    """'£12.50'."""
    return f"£{amount:,.2f}"


def in_a_row(parts: Sequence[str], last: str = "and") -> str:
    """'a', 'a and b', 'a, b and c'."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def count_in_words(count: int) -> str:
    """'two' up to six, figures from there."""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else str(count)


def product_words(line: OrderLine) -> str:
    """'Ridgeline 2 tent', 'Ember Solo stove', but only 'Tramp Socks': the name may tell the kind already."""
    told = line.name.casefold()
    named = any(word.removesuffix("s") in told for word in line.kind.casefold().split())
    return line.name if named else f"{line.name} {line.kind}"


def pieces_words(line: OrderLine, count: int) -> str:
    """'Bothy Mug', 'two Bothy Mugs', 'two pairs of Tramp Socks', 'four Ember Gas 230'."""
    words = product_words(line)
    if count == 1:
        return words
    if _is_pair(line):
        return f"{count_in_words(count)} pairs of {words}"
    return f"{count_in_words(count)} {_plural(words)}"


def item_words(line: OrderLine, quantity: int | None = None) -> str:
    """One position with its size and colour: 'Ridgeline 2 tent (blue)', 'two Bothy Mugs (red)'."""
    words = pieces_words(line, line.quantity if quantity is None else quantity)
    variant = line.variant.words()
    return f"{words} ({variant})" if variant else words


def contents_words(order: Order, contents: Iterable[LineQuantity]) -> str:
    """The pieces named, as one phrase."""
    lines = ((order.line(item.line), item.quantity) for item in contents)
    return in_a_row([item_words(line, quantity) for line, quantity in lines if line])


def short_title(order: Order) -> str:
    """The order's contents in a few words: 'Ridgeline 2 tent', 'Crag Mid boots and two pairs of Tramp Socks',
    'Ridgeline 2 tent and 2 more'."""
    pieces: dict[str, int] = {}
    for line in order.lines:
        pieces[line.product_id] = pieces.get(line.product_id, 0) + line.quantity
    first_lines = {line.product_id: line for line in reversed(order.lines)}
    titles = [pieces_words(first_lines[product], count) for product, count in pieces.items()]
    return in_a_row(titles) if len(titles) < 3 else f"{titles[0]} and {len(titles) - 1} more"


def is_plural(order: Order) -> bool:
    """Whether the short title takes 'are' and 'have'."""
    return len(order.lines) > 1 or order.lines[0].quantity > 1 or line_is_plural(order.lines[0])


def line_is_plural(line: OrderLine) -> bool:
    """Whether one piece of it takes 'are' and 'have': boots, poles."""
    return product_words(line).endswith("s")


def _is_pair(line: OrderLine) -> bool:
    return line_is_plural(line) and line.kind not in _SETS


def _plural(words: str) -> str:
    if words[-1].isdigit() or words.endswith("s"):
        return words
    if words.endswith("vy"):
        return f"{words[:-1]}ies"
    return words + ("es" if words.endswith(("x", "ch", "sh")) else "s")
