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
        (0.95, "order_status", False, Mood.ANNOYED),
        (0.95, "complaint", False, Mood.ANGRY),
        (0.9, "complaint", False, Mood.ANNOYED),
        (0.95, "not_helpful", False, Mood.ANNOYED),
        (0.95, "not_helpful", True, Mood.ANGRY),
        (0.9, "charged_twice", False, Mood.ANNOYED),
        (0.99, "stop", True, Mood.CALM),
        (0.4, "complaint", True, Mood.CALM),
        (0.85, "praise", False, Mood.CALM),
        (0.95, "praise", False, Mood.ANNOYED),
    ],
)
def test_the_mood_follows_score_meaning_and_history(frustration: float, intent: str, before: bool, mood: Mood) -> None:
    assert POLICY.mood(frustration, intent, "four words of it", displeased_before=before) is mood


@pytest.mark.parametrize(("frustration", "mood"), [(0.7, Mood.CALM), (0.82, Mood.ANGRY), (0.78, Mood.ANNOYED)])
def test_an_angry_manner_of_writing_needs_a_lower_score(frustration: float, mood: Mood) -> None:
    heard = POLICY.mood(frustration, "order_delayed", "four words of it", displeased_before=False, heated=True)
    assert heard is mood


def test_displeasure_below_the_threshold_adds_up() -> None:
    once = POLICY.displeasure(0.6, "order_delayed", "it was due last tuesday")
    assert 0 < once < POLICY.soured <= 2 * once
    assert POLICY.displeasure(0.8, "order_delayed", "it was due last tuesday") >= POLICY.soured
    assert POLICY.displeasure(0.9, "deny", "no I do not") == 0
    assert POLICY.displeasure(0.3, "ask_shipping", "how long does it take") == 0


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


def test_praise_that_does_not_sound_glad_is_bitter_unless_it_thanks() -> None:
    assert POLICY.is_bitter_praise(0.3, "praise", "fantastic quality control there")
    assert not POLICY.is_bitter_praise(0.1, "praise", "fantastic quality control there")
    assert not POLICY.is_bitter_praise(0.3, "praise", "fantastic, thanks for sorting it")
    assert not POLICY.is_bitter_praise(0.3, "order_damaged", "fantastic quality control there")
