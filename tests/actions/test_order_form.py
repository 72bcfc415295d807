from __future__ import annotations

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.order_form import complete_pair, yes_or_no
from actions.talk import Talk
from actions.turn import Turn, Understanding


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


def pair_after(failures: float, **given: str) -> tuple[object, object]:
    """Number and address that are tried next, after 1042 and anna@example.com were named before."""
    named = [{"entity": "order_number", "value": "1042"}, {"entity": "email", "value": "anna@example.com"}]
    said = [{"event": "user", "text": "1042 anna@example.com", "parse_data": {"entities": named}}]
    slots = {"lookup_failures": failures, "order_number": None, "email": None, **given}
    tracker = Tracker("c", slots, {}, said, False, None, {}, "action_listen")
    talk = Talk(CollectingDispatcher(), tracker, {}, Turn(turn_id="t", conversation_id="c", known={}))
    complete_pair(talk)
    return talk.slot("order_number"), talk.slot("email")


def test_half_of_a_pair_given_anew_is_tried_with_the_other_half_of_before() -> None:
    assert pair_after(1, email="anna.k@example.com") == ("1042", "anna.k@example.com")
    assert pair_after(1, order_number="1043") == ("1043", "anna@example.com")
    assert pair_after(1) == (None, None)
    assert pair_after(0, email="anna.k@example.com") == (None, "anna.k@example.com")
