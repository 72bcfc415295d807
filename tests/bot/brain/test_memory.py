from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.core.actions.forms import FormAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from bot.brain import rasa_costs
from bot.brain.memory import KEEP_EVENTS, LATEST_STATES, begin, new_events, slim, trim
from bot.brain.replies import variation

DOMAIN = Domain.from_yaml(
    """
version: "3.1"
intents: [greet]
slots:
  order_number: {type: text, influence_conversation: false, mappings: [{type: custom}]}
  failed_attempts: {type: float, initial_value: 0.0, influence_conversation: false, mappings: [{type: custom}]}
forms: {order_form: {required_slots: [order_number]}}
"""
)


def user(text: str) -> dict[str, Any]:
    parse = {"intent": {"name": "greet", "confidence": 1.0}, "entities": [], "text": text}
    return {"event": "user", "text": text, "parse_data": parse, "timestamp": 1.0}


def turn(number: int) -> list[dict[str, Any]]:
    return [
        user(f"message {number}"),
        {"event": "slot", "name": "order_number", "value": str(1000 + number), "timestamp": 1.0},
        {"event": "bot", "text": "hello", "data": {}, "metadata": {"utter_action": "utter_greet"}, "timestamp": 1.0},
        {"event": "action", "name": "action_listen", "timestamp": 1.0},
    ]


def dialogue(turns: int) -> list[dict[str, Any]]:
    start = [{"event": "action", "name": "action_session_start"}, {"event": "session_started"}]
    return [*start, *(event for number in range(turns) for event in turn(number))]


def test_a_short_dialogue_is_kept_whole() -> None:
    events = dialogue(5)
    assert trim(events, DOMAIN) == events


def test_a_long_dialogue_keeps_what_it_remembers_and_its_latest_turns() -> None:
    events = [*dialogue(100), {"event": "active_loop", "name": "order_form"}]
    short = trim(events, DOMAIN)
    assert len(short) <= KEEP_EVENTS + 10
    assert next(event for event in short if event["event"] == "user")["text"] != "message 0"
    tracker = begin("c", events, DOMAIN)
    assert tracker.get_slot("order_number") == "1099"
    assert tracker.active_loop_name == "order_form"
    assert tracker.latest_message is not None
    assert tracker.latest_message.text == "message 99"


def test_a_slot_set_long_ago_survives_trimming() -> None:
    events = dialogue(1) + [event for _ in range(100) for event in turn(0) if event["event"] != "slot"]
    assert begin("c", events, DOMAIN).get_slot("order_number") == "1000"


def test_only_what_was_added_is_given_back() -> None:
    tracker = begin("c", dialogue(2), DOMAIN)
    before = len(tracker.events)
    assert new_events(tracker, before) == []


def test_a_stored_parse_is_small_and_keeps_the_mood() -> None:
    ranking = [{"name": f"intent_{number}", "confidence": 0.1} for number in range(70)]
    parse = {"text": "x", "intent": ranking[0], "intent_ranking": ranking, "frustration": 0.7, "tokens": ["x"] * 99}
    small = slim(parse)
    assert len(small["intent_ranking"]) == 5
    assert small["frustration"] == 0.7
    assert "tokens" not in small


@pytest.mark.parametrize("count", [2, 3])
def test_wordings_take_turns_and_do_not_depend_on_chance(count: int) -> None:
    seen = [variation(begin("c", dialogue(used), DOMAIN), "utter_greet", count) for used in range(count)]
    assert sorted(seen) == list(range(count))
    assert variation(begin("c", dialogue(1), DOMAIN), "utter_greet", count) == seen[1]


def test_a_copy_is_equal_and_changes_apart() -> None:
    tracker = begin("c", [*dialogue(3), {"event": "active_loop", "name": "order_form"}], DOMAIN)
    other = tracker.copy()
    assert other == tracker
    assert other.current_state() == tracker.current_state()
    other.update_with_events([SlotSet("order_number", "7"), ActiveLoop(None), ActionExecuted("action_listen")], DOMAIN)
    assert (other.get_slot("order_number"), tracker.get_slot("order_number")) == ("7", "1002")
    assert (other.active_loop_name, tracker.active_loop_name) == (None, "order_form")
    assert len(other.events) == len(tracker.events) + 3


def test_the_states_before_each_action_are_those_of_rasa() -> None:
    events = dialogue(3)
    ours = begin("c", events, DOMAIN)
    theirs = DialogueStateTracker.from_dict("c", events, DOMAIN.slots)
    assert ours.past_states(DOMAIN) == theirs.past_states(DOMAIN)[-LATEST_STATES - 1 :]
    assert ours.init_copy().get_slot("order_number") is None


PIECES = [
    user("hello"),
    user("again"),
    {"event": "slot", "name": "order_number", "value": "1042", "timestamp": 1.0},
    {"event": "bot", "text": "hello", "data": {}, "metadata": {}, "timestamp": 1.0},
    {"event": "action", "name": "action_listen", "timestamp": 1.0},
    {"event": "action", "name": "order_form", "timestamp": 1.0},
    {"event": "action", "name": "utter_greet", "timestamp": 1.0},
    {"event": "active_loop", "name": "order_form", "timestamp": 1.0},
    {"event": "active_loop", "name": None, "timestamp": 1.0},
    {"event": "action_execution_rejected", "name": "order_form", "timestamp": 1.0},
    {"event": "followup", "name": "action_listen", "timestamp": 1.0},
    {"event": "undo", "timestamp": 1.0},
    {"event": "rewind", "timestamp": 1.0},
    {"event": "restart", "timestamp": 1.0},
    {"event": "session_started", "timestamp": 1.0},
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=24), st.data())
def test_whatever_happens_in_a_dialogue_looking_back_shows_what_rasa_shows(pieces, data) -> None:
    ours = begin("c", dialogue(1), DOMAIN)
    theirs = DialogueStateTracker.from_dict("c", dialogue(1), DOMAIN.slots)
    for piece in pieces:
        told = Event.from_parameters(piece)
        assert told is not None
        ours.update(told)
        theirs.update(told)
        if data.draw(st.booleans()):
            assert ours.applied_events() == theirs.applied_events()
            ours.applied_events().clear()  # what is given out may be changed
            for _ in range(2):
                states = ours.past_states(DOMAIN)
                assert states == theirs.past_states(DOMAIN)[-LATEST_STATES - 1 :]
                states[-1].get("user", {}).clear()  # as Rasa takes out what it does not need
            told_of = DialogueStateTracker.current_state(ours, EventVerbosity.ALL)
            assert ours.current_state(EventVerbosity.ALL) == told_of
            if data.draw(st.booleans()):
                ours = ours.copy()


@pytest.mark.parametrize("before", [[], [{"event": "restart", "timestamp": 1.0}]])
def test_a_form_goes_on_from_the_dialogue_that_rasa_would_replay(before) -> None:
    events = [*dialogue(2), *before, *turn(3), {"event": "active_loop", "name": "order_form"}]
    events.append({"event": "slot", "name": "requested_slot", "value": "order_number", "timestamp": 1.0})
    form = FormAction("order_form", None)
    added = [SlotSet("order_number", "1042")]
    ours = rasa_costs._continued(form, begin("c", events, DOMAIN), added, DOMAIN)
    replayed = rasa_costs._theirs["continued"]
    theirs = replayed(form, DialogueStateTracker.from_dict("c", events, DOMAIN.slots), added, DOMAIN)
    assert [event.as_story_string() for event in ours.events] == [event.as_story_string() for event in theirs.events]
    assert ours.current_slot_values() == theirs.current_slot_values()
    assert ours.active_loop_name == theirs.active_loop_name == "order_form"
    assert ours.latest_action_name == theirs.latest_action_name == "order_form"


def test_rules_see_the_latest_states_of_a_long_dialogue_and_stories_all() -> None:
    events = dialogue(30)
    ours = begin("c", events, DOMAIN)
    theirs = DialogueStateTracker.from_dict("c", events, DOMAIN.slots)
    assert ours.past_states(DOMAIN) == theirs.past_states(DOMAIN)[-LATEST_STATES - 1 :]
    assert len(theirs.past_states(DOMAIN)) > LATEST_STATES + 1
    told = {"ignore_rule_only_turns": True, "rule_only_data": {}}
    assert ours.past_states(DOMAIN, **told) == theirs.past_states(DOMAIN, **told)
