"""The packet: a pure function of what was said and found out."""

from typing import Any

import pytest

from bot.conversation.handoff import build_packet, priority_for, quote
from bot.conversation.model import Conversation, Customer, Event, HandoffRequest, JsonDict, Priority, Reason, State
from bot.conversation.store import TurnRecord
from tests.bot.conversation.world import NOON

LEA = Conversation(
    "c", Customer("p", "Lea", None, conversations=2), State.BOT, 9, NOON, NOON, NOON, contact_email="lea@example.com"
)


def said(seq: int, text: str, by: str = "customer", **more: Any) -> Event:
    return Event("c", seq, NOON, "message", {"message_id": str(seq), "author": {"kind": by}, "text": text, **more})


def turn(number: int, outcome: str = "answered", **signals: Any) -> TurnRecord:
    return TurnRecord(f"t{number}", "c", 1, number, outcome, "m", NOON, (number,), signals)


def packet(events: list[Event], turns: list[TurnRecord], reason: Reason = Reason.POLICY, **request: Any) -> JsonDict:
    return build_packet(LEA, events, turns, HandoffRequest(reason, **request), NOON)


RETURNING = [
    said(1, "hello"),
    said(2, "Hello Lea", "bot"),
    said(3, "I want to send back the Skye tent from order 1042, it leaks at the seams"),
    said(4, "See here", "bot", sources=[{"title": "Returns", "url": "/help/returns"}]),
    said(5, "that does not help"),
    said(6, "Which one?", "bot"),
]
TURNS = [
    turn(1, "answered", intents=[{"seq": 1, "name": "greet", "confidence": 0.99}]),
    turn(
        2,
        "answered",
        intents=[{"seq": 3, "name": "return_start", "confidence": 0.9}],
        slots={"order_number": "1042"},
        orders=[{"order_number": "1042", "status": "delivered"}],
        sentiment=[{"seq": 3, "frustration": 0.2}],
    ),
    turn(
        3,
        "clarified",
        intents=[{"seq": 5, "name": "not_helpful", "confidence": 0.8}],
        slots={"order_number": "1042", "product": "Skye"},
        sentiment=[{"seq": 5, "frustration": 0.7}],
        orders=[{"order_number": "1042", "status": "returning"}],
        failed_attempts=1,
    ),
]


def test_the_summary_says_wish_tries_reason_mood_and_order_in_plain_sentences() -> None:
    assert packet(RETURNING, TURNS, Reason.CUSTOMER_REQUEST)["summary"] == (
        "Lea wrote about return start: “I want to send back the Skye tent from order 1042, it leaks at the seams”. "
        "The assistant answered twice and asked back once. It pointed to “Returns”. "
        "Passed on because the customer asked for a person. "
        "The customer is upset. "
        "It is about order 1042."
    )


def test_the_packet_has_every_field_an_agent_is_promised() -> None:
    made = packet(RETURNING, TURNS, Reason.UNSUPPORTED_REQUEST, team="returns", priority=Priority.HIGH)
    assert set(made) == {
        "reason",
        "evidence",
        "summary",
        "intents",
        "sentiment",
        "failed_attempts",
        "slots",
        "orders",
        "customer",
        "priority",
        "team",
        "wait_started_at",
    }
    assert [item["name"] for item in made["intents"]] == ["greet", "return_start", "not_helpful"]
    assert [item["frustration"] for item in made["sentiment"]] == [0.2, 0.7]
    assert made["failed_attempts"] == 1
    assert made["slots"] == {"order_number": "1042", "product": "Skye"}
    assert made["orders"] == [{"order_number": "1042", "status": "returning"}]
    assert made["customer"]["email"] == "lea@example.com"
    assert (made["priority"], made["team"], made["wait_started_at"]) == ("high", "returns", NOON.isoformat())


def test_without_evidence_the_customers_last_words_are_it() -> None:
    assert packet(RETURNING, TURNS, Reason.CUSTOMER_REQUEST)["evidence"] == [
        {"seq": 5, "quote": "that does not help", "signal": "customer_request", "value": 1}
    ]


def test_a_person_asked_for_before_a_word_was_written_is_said_so() -> None:
    made = packet([said(1, "Hi", "bot")], [], Reason.CUSTOMER_REQUEST)
    assert made["summary"].startswith("Lea asked for a person before writing anything. The assistant has not answered")
    assert (made["evidence"], made["failed_attempts"], made["slots"]) == ([], 0, {})


def test_without_a_known_wish_the_longest_message_speaks() -> None:
    made = packet([said(1, "hi"), said(2, "my stove hisses strangely when I light it")], [])
    assert "Lea wrote: “my stove hisses strangely when I light it”." in made["summary"]


def test_a_danger_told_later_opens_the_summary_and_the_first_wish_follows() -> None:
    hurt = said(7, "the stove flared up and burnt my hand")
    evidence = ({"seq": 7, "quote": "the stove flared up and burnt my hand", "signal": "safety", "value": 1.0},)
    made = packet([*RETURNING, hurt], TURNS, Reason.SENSITIVE_TOPIC, evidence=evidence)
    assert made["summary"].startswith(
        "Lea wrote: “the stove flared up and burnt my hand”. "
        "Before that: “I want to send back the Skye tent from order 1042, it leaks at the seams”. "
    )


def test_a_yes_to_the_question_about_a_danger_is_not_what_opens_the_summary() -> None:
    told = [said(7, "it gets so hot that I am afraid of it"), said(9, "yes")]
    evidence = tuple({"seq": e.seq, "quote": e.data["text"], "signal": "danger", "value": 1.0} for e in told)
    made = packet([*RETURNING, *told], TURNS, Reason.SENSITIVE_TOPIC, evidence=evidence)
    assert made["summary"].startswith("Lea wrote: “it gets so hot that I am afraid of it”.")


def test_a_request_for_a_person_does_not_hide_the_wish() -> None:
    evidence = ({"seq": 5, "quote": "that does not help", "signal": "asked_for_person", "value": 1.0},)
    made = packet(RETURNING, TURNS, Reason.CUSTOMER_REQUEST, evidence=evidence)
    assert made["summary"].startswith("Lea wrote about return start: “I want to send back the Skye tent")


def test_of_two_wishes_the_later_one_opens_the_summary() -> None:
    asked = said(7, "and where is my parcel with the boots")
    later = turn(4, intents=[{"seq": 7, "name": "order_status", "confidence": 0.9}])
    made = packet([*RETURNING, asked], [*TURNS, later], Reason.CUSTOMER_REQUEST)
    assert made["summary"].startswith("Lea wrote about order status: “and where is my parcel with the boots”.")


def test_one_who_has_calmed_down_is_not_called_upset() -> None:
    calm = turn(4, sentiment=[{"seq": 7, "frustration": 0.1}])
    assert "was upset earlier and has calmed down" in packet(RETURNING, [*TURNS, calm])["summary"]
    assert "upset" not in packet(RETURNING, TURNS[:2])["summary"]


def test_several_orders_are_all_named() -> None:
    two = turn(4, orders=[{"order_number": "1042"}, {"order_number": "1043"}])
    assert "It is about the orders 1042 and 1043." in packet(RETURNING, [two])["summary"]


def test_the_brains_own_summary_is_kept() -> None:
    assert packet(RETURNING, TURNS, summary="Lea wants to return a tent.")["summary"] == "Lea wants to return a tent."


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_given_in_words(reason: Reason) -> None:
    assert "Passed on because " in packet(RETURNING, TURNS, reason)["summary"]


def test_frustration_and_sensitive_topics_are_never_of_low_priority() -> None:
    assert priority_for(HandoffRequest(Reason.FRUSTRATION, priority=Priority.LOW)) is Priority.HIGH
    assert priority_for(HandoffRequest(Reason.SENSITIVE_TOPIC, priority=Priority.URGENT)) is Priority.URGENT
    assert priority_for(HandoffRequest(Reason.POLICY, priority=Priority.LOW)) is Priority.LOW


def test_a_quote_is_cut_at_a_word() -> None:
    assert quote("word " * 100) == "word " * 31 + "word…"
    assert quote(" two\n lines ") == "two lines"


def test_the_same_input_makes_the_same_packet() -> None:
    assert packet(RETURNING, TURNS) == packet(RETURNING, TURNS)
