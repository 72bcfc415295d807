from __future__ import annotations

import pytest

from actions.order_form import yes_or_no
from actions.turn import Understanding


def heard(text: str, intent: str, button: bool = False) -> Understanding:
    return Understanding(text=text, intent=intent, button=button)


@pytest.mark.parametrize(
    ("text", "intent"),
    [("yes", "affirm"), ("go ahead", "affirm"), ("yes please cancel it", "order_cancel"), ("Ok do it", "affirm")],
)
def test_a_plain_yes_confirms(text: str, intent: str) -> None:
    assert yes_or_no(heard(text, intent), "order_cancel") is True


@pytest.mark.parametrize(("text", "intent"), [("no", "deny"), ("nope leave it", "inform"), ("don't", "order_cancel")])
def test_a_no_does_not(text: str, intent: str) -> None:
    assert yes_or_no(heard(text, intent), "order_cancel") is False


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("yes but only the socks", "affirm"),
        ("ok if I get my money back", "affirm"),
        ("I wanted to cancel just the boots", "order_cancel"),
        ("cancel it", "order_cancel"),
        ("what does that mean", "ask_returns"),
    ],
)
def test_a_yes_with_a_condition_is_neither(text: str, intent: str) -> None:
    assert yes_or_no(heard(text, intent), "order_cancel") is None


def test_a_button_means_what_it_says() -> None:
    assert yes_or_no(heard("Yes", "affirm", button=True), "order_cancel") is True
    assert yes_or_no(heard("No", "deny", button=True), "order_cancel") is False
