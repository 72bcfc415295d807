from __future__ import annotations

import pytest

from bot.brain.acknowledgements import acknowledges


@pytest.mark.parametrize(
    "text",
    [
        "right, clear now",
        "ok no worries",
        "no plans, just curious",
        "ah got it",
        "hm ok, I'll wait",
        "so no then :)",
        "shame. ok",
    ],
)
def test_taking_note_is_seen(text: str) -> None:
    assert acknowledges(text)


@pytest.mark.parametrize(
    "text",
    [
        "ok and what about socks",
        "right, get me somebody",
        "fine, but where is it",
        "no",
        "flurb the grommit",
        "that is fine print nobody reads and I have been waiting for weeks now",
    ],
)
def test_a_wish_a_question_and_gibberish_are_none(text: str) -> None:
    assert not acknowledges(text)
