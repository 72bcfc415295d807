from __future__ import annotations

import pytest
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.brain.reading import OFFERED_IN_LAST, button_of, plain
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
