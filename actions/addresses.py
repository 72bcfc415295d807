"""Reading a postal address from a customer's words."""

from __future__ import annotations

import re

from actions.shop.port import Address

_UK_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b", re.IGNORECASE)
_POSTCODE = re.compile(r"\b[A-Z]{0,3}[- ]?\d[\dA-Z -]{2,7}\b", re.IGNORECASE)
_STREET = re.compile(r"\d+[a-z]?\s+\w|\w+\s+\d+[a-z]?\b", re.IGNORECASE)
_LEAD = re.compile(
    r"^.*?\b(?:address(?: is| to| should be)?|to|at|is)\b[:\s]+(?=(?:flat|apartment|unit|the\s|\d|[A-Z]))",
    re.IGNORECASE | re.DOTALL,
)
_COUNTRIES = (
    "united kingdom",
    "uk",
    "england",
    "scotland",
    "wales",
    "northern ireland",
    "ireland",
    "france",
    "germany",
)


def read_address(text: str, known: Address) -> Address | None:
    """An address of the order's country from free text: parts divided by commas or lines, with a postcode. The name
    stays that of the order. None if street, town or postcode is missing."""
    postcode = _postcode(text, known.country)
    if postcode is None:
        return None
    found, words = postcode
    before = text[: found.start()]
    parts = _parts(before)
    if len(parts) < 2:
        # Some write the postcode before the town; what follows a whole address is only politeness.
        parts += _parts(text[found.end() :])[:1]
    parts = [part for part in parts if part.casefold() not in _COUNTRIES]
    street_at = next((at for at, part in enumerate(parts) if _STREET.search(part)), None)
    if street_at is None:
        return None
    parts = parts[street_at:]
    if len(parts) == 1:
        parts = _divide(parts[0])
    if len(parts) < 2:
        return None
    return Address(known.name, ", ".join(parts[:-1]), parts[-1], words, known.country)


def address_words(address: Address) -> str:
    """In one line."""
    return f"{address.street}, {address.town} {address.postcode}"


def _postcode(text: str, country: str) -> tuple[re.Match[str], str] | None:
    if country == "United Kingdom":
        uk = list(_UK_POSTCODE.finditer(text))
        return (uk[-1], f"{uk[-1][1]} {uk[-1][2]}".upper()) if uk else None
    others = [
        match for match in _POSTCODE.finditer(text) if re.search(r"\d{3}", match[0]) or re.search("[A-Z]", match[0])
    ]
    return (others[-1], others[-1][0].strip().upper()) if others else None


def _parts(text: str) -> list[str]:
    clean = _LEAD.sub("", text) if not _STREET.match(text.strip()) else text
    return [part.strip(" .;:") for part in re.split(r"[,\n;]+", clean) if part.strip(" .;:")]


def _divide(part: str) -> list[str]:
    """'12 Mill Lane York': the town is the last word when nothing else divides them."""
    words = part.split()
    return [" ".join(words[:-1]), words[-1]] if len(words) >= 4 else [part]
