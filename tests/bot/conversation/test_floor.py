from datetime import datetime, timedelta, timezone

import pytest

from bot.conversation.floor import opening_in_words, wait_in_words
from tests.bot.conversation.world import NOON

LEEDS = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (datetime(2026, 3, 2, 17, 0, tzinfo=LEEDS), "today at 17:00"),
        (datetime(2026, 3, 3, 8, 0, tzinfo=LEEDS), "tomorrow at 8:00"),
        (datetime(2026, 3, 7, 9, 30, tzinfo=LEEDS), "Saturday at 9:30"),
        (datetime(2026, 3, 9, 8, 0, tzinfo=LEEDS), "Monday 9 March at 8:00"),
    ],
)
def test_an_opening_is_said_as_people_say_it(when: datetime, words: str) -> None:
    assert opening_in_words(when, NOON) == words


def test_today_is_the_shops_today() -> None:
    late = datetime(2026, 3, 2, 23, 30, tzinfo=timezone(timedelta()))
    assert opening_in_words(datetime(2026, 3, 3, 8, 0, tzinfo=LEEDS), late) == "today at 8:00"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, None),
        (0, "less than a minute"),
        (29, "less than a minute"),
        (60, "about 1 minute"),
        (299, "about 5 minutes"),
        (2 * 3600, "about 2 hours"),
    ],
)
def test_a_wait_is_said_as_people_say_it(seconds: int | None, words: str | None) -> None:
    assert wait_in_words(seconds) == words
