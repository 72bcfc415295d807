"""Words that say by themselves that somebody is hurt, and words that only look like it."""

from __future__ import annotations

import pytest

from bot.brain.harm import may_tell_of_harm, tells_of_harm


@pytest.mark.parametrize(
    "text",
    [
        "my son can't breathe properly",
        "it was hard to breathe in there",
        "he stopped breathing",
        "we were breathing it in all night",
        "she is short of breath",
        "the canister leaks",
        "I smell gas",
    ],
)
def test_harm_is_told_of(text: str) -> None:
    assert tells_of_harm(text)
    assert may_tell_of_harm(text)


@pytest.mark.parametrize(
    "text", ["is it just from breathing?", "the jacket is not breathable", "my tent leaks", "which gas fits"]
)
def test_damp_and_cloth_are_no_harm(text: str) -> None:
    assert not tells_of_harm(text)
