from __future__ import annotations

import pytest

from actions.policy import PRIORITIES, HandoverPolicy, Mood

POLICY = HandoverPolicy()


@pytest.mark.parametrize(
    ("frustration", "intent", "before", "mood"),
    [
        (0.1, "order_status", False, Mood.CALM),
        (0.8, "order_status", False, Mood.ANNOYED),
        (0.8, "order_status", True, Mood.ANGRY),
        (0.95, "order_status", False, Mood.ANGRY),
        (0.9, "complaint", False, Mood.ANGRY),
        (0.9, "charged_twice", False, Mood.ANNOYED),
        (0.99, "stop", True, Mood.CALM),
        (0.4, "complaint", True, Mood.CALM),
    ],
)
def test_the_mood_follows_score_meaning_and_history(frustration: float, intent: str, before: bool, mood: Mood) -> None:
    assert POLICY.mood(frustration, intent, "four words of it", displeased_before=before) is mood


def test_urgency_lifts_what_would_be_normal_only() -> None:
    assert POLICY.priority("customer_request", 0.1) == "normal"
    assert POLICY.priority("customer_request", 0.9) == "high"
    assert POLICY.priority("frustration", 0.0) == "high"


def test_an_upset_customer_comes_before_a_calm_one() -> None:
    assert POLICY.priority("customer_request", 0.1, upset=True) == "high"
    assert POLICY.priority("missing_knowledge", 0.1, upset=True) == "high"


def test_every_reason_of_a_handover_has_a_priority() -> None:
    from bot.conversation.model import Priority, Reason

    assert set(PRIORITIES) == {reason.value for reason in Reason}
    assert set(PRIORITIES.values()) <= {priority.value for priority in Priority}


def test_a_word_or_two_have_no_mood_unless_they_are_an_insult() -> None:
    assert POLICY.mood(0.95, "refund_status", "refund", displeased_before=False) is Mood.CALM
    assert POLICY.mood(0.95, "insult", "stupid bot", displeased_before=False) is Mood.ANGRY
