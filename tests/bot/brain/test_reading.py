from __future__ import annotations

from collections.abc import Mapping

import pytest
from rasa.shared.core.events import BotUttered, SlotSet
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker

from actions.answering import MEANING
from actions.quick_replies import NONE_OF_THESE, PERSON, button
from bot.brain.reading import OFFERED_IN_LAST, Reading, button_of, chosen, plain, typed_button
from bot.conversation.model import TurnMessage


def tracker(*payloads: str, later: int = 0) -> DialogueStateTracker:
    buttons = [{"title": payload, "payload": payload} for payload in payloads]
    events = [BotUttered("choose", {"buttons": buttons}), *(BotUttered("more", {}) for _ in range(later))]
    return DialogueStateTracker.from_events("c", events)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("/order_status", "order_status"),
        ("  //restart ", "restart"),
        ("/ /order", "/order"),
        ("a\u202eb\x00c", "a b c"),
        ("where\nis\tit", "where is it"),
    ],
)
def test_text_is_made_plain(text: str, clean: str) -> None:
    assert plain(text) == clean


def test_an_offered_button_means_its_intent_and_entities() -> None:
    payload = '/order_status{"order_number": "1042"}'
    pressed = button_of(TurnMessage(7, "Order 1042", payload), tracker(payload))
    assert pressed is not None
    assert pressed.intent == "order_status"
    assert pressed.entity("order_number") == "1042"
    assert pressed.seq == 7


@pytest.mark.parametrize("payload", ['/order_status{"order_number": "9999"}', "/restart", "", None])
def test_a_payload_that_was_not_offered_counts_for_nothing(payload: str | None) -> None:
    assert button_of(TurnMessage(7, "x", payload), tracker('/order_status{"order_number": "1042"}')) is None


def test_buttons_far_back_no_longer_count() -> None:
    assert button_of(TurnMessage(7, "Yes", "/affirm"), tracker("/affirm", later=OFFERED_IN_LAST)) is None
    assert button_of(TurnMessage(7, "Yes", "/affirm"), tracker("/affirm", later=OFFERED_IN_LAST - 1)) is not None


TRACK, SWAP = button("Track a parcel", "order_tracking_link"), button("Swap it", "exchange_start")


def asked(*buttons: Mapping[str, str], awaiting: str | None = MEANING) -> DialogueStateTracker:
    """The bot has just shown these, and waits for a choice."""
    events = [SlotSet("awaiting", awaiting), BotUttered("Do you mean this?", {"buttons": list(buttons)})]
    slots = [AnySlot("awaiting", [{"type": "custom"}])]
    return DialogueStateTracker.from_events("c", events, slots)


def heard(text: str, intent: str, confidence: float = 0.95) -> Reading:
    return Reading(text, 7, {"intent": {"name": intent, "confidence": confidence}})


def test_a_yes_takes_the_only_thing_shown_and_a_no_none_of_them() -> None:
    yes = chosen(heard("yes", "affirm"), asked(TRACK, NONE_OF_THESE))
    assert yes is not None
    assert (yes.intent, yes.button, yes.text) == ("order_tracking_link", True, "yes")
    no = chosen(heard("nope", "deny"), asked(TRACK, SWAP, NONE_OF_THESE))
    assert no is not None
    assert no.intent == "none_of_these"


def test_a_yes_to_several_things_or_to_no_question_chooses_nothing() -> None:
    assert chosen(heard("yes", "affirm"), asked(TRACK, SWAP, NONE_OF_THESE)) is None
    assert chosen(heard("yes", "affirm"), asked(TRACK, PERSON, awaiting="offer_human")) is None
    assert chosen(heard("hm", "affirm", 0.3), asked(TRACK, NONE_OF_THESE)) is None


def facts(text: str, **given: str) -> Reading:
    entities = [{"entity": name, "value": value} for name, value in given.items()]
    return Reading(text, 7, {"intent": {"name": "inform", "confidence": 1.0}, "entities": entities})


def test_an_order_number_takes_the_only_thing_shown_that_is_about_an_order() -> None:
    returns = button("A question about returns", "ask_returns")
    given = chosen(facts("1037 jo@example.com", order_number="1037"), asked(SWAP, returns, NONE_OF_THESE))
    assert given is not None
    assert (given.intent, given.entity("order_number")) == ("exchange_start", "1037")


def test_an_order_number_to_several_or_no_such_things_chooses_nothing() -> None:
    number = facts("1037", order_number="1037")
    assert chosen(number, asked(SWAP, TRACK, NONE_OF_THESE)) is None
    assert chosen(number, asked(button("A question about returns", "ask_returns"), NONE_OF_THESE)) is None
    assert chosen(facts("the blue one"), asked(SWAP, NONE_OF_THESE)) is None


def test_a_title_typed_out_is_as_good_as_pressed() -> None:
    pressed = typed_button(TurnMessage(7, "track a parcel?", None), asked(TRACK, SWAP, awaiting=None))
    assert pressed is not None
    assert pressed.intent == "order_tracking_link"
    assert typed_button(TurnMessage(7, "track", None), asked(TRACK, SWAP)) is None
