from __future__ import annotations

from dataclasses import dataclass

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answering import admit
from actions.failures import ANOTHER_MATTER, begins_as_correction, count_failure, failed_enough, nearly_enough
from actions.quick_replies import PERSON
from actions.services import Services, configure, services
from actions.talk import Talk
from actions.turn import Turn, Understanding
from kb_index.answers import Answer, Source
from kb_index.articles import Article

REPAIR = Source("repair", "Repair service", "/help/repair", 0.6)


@dataclass(frozen=True)
class Likeness:
    """A knowledge base that knows only how like two messages are."""

    cosine: float

    def answer(self, question: str, context: str | None = None) -> Answer:
        return Answer.none()

    def article(self, article_id: str) -> Article | None:
        return None

    def passage(self, article_id: str, question: str) -> str:
        return ""

    def likeness(self, one: str, other: str) -> float:
        return self.cosine


@pytest.fixture
def _services():
    before = services()
    yield
    configure(before)


pytestmark = pytest.mark.usefixtures("_services")


def talk(heard: Understanding, slots: dict, before: str = "do you mend rucksacks") -> Talk:
    said = [{"event": "user", "text": before, "metadata": {"seq": 1}, "parse_data": {}}] if before else []
    turn = Turn(turn_id="t", conversation_id="c", known={})
    turn.heard = heard
    texts = {name: [{"text": "-"}] for name in ("utter_this_comes_closest", "utter_no_answer")}
    return Talk(CollectingDispatcher(), Tracker("c", slots, {}, said, False, None, {}, ""), {"responses": texts}, turn)


def second(cosine: float, text: str = "when is the shop open", frustration: float = 0.1, weight: float = 1.0) -> Talk:
    """A failure after another, that near to it in meaning."""
    configure(Services(knowledge=Likeness(cosine)))
    failing = talk(Understanding(text=text, seq=3, frustration=frustration), {"failed_attempts": 1.0})
    count_failure(failing, weight)
    return failing


def test_the_same_matter_twice_is_enough() -> None:
    assert failed_enough(second(ANOTHER_MATTER))


def test_another_matter_counts_half_and_opens_the_door_to_a_person() -> None:
    failing = second(ANOTHER_MATTER - 0.01)
    assert failing.slot("failed_attempts") == 1.5
    assert not failed_enough(failing)
    assert nearly_enough(failing)


def test_three_matters_are_enough() -> None:
    third = talk(Understanding(text="can I bring my dog", seq=5), {"failed_attempts": 1.5})
    count_failure(third)
    assert failed_enough(third)


@pytest.mark.parametrize(
    ("text", "frustration"),
    [("when is the shop open", 0.5), ("no, not the shop hours", 0.1), ("and then", 0.1)],
    ids=["no longer patient", "a correction", "too short to be about anything"],
)
def test_what_is_no_calm_other_matter_counts_in_full(text: str, frustration: float) -> None:
    assert failed_enough(second(0.0, text, frustration))


@pytest.mark.parametrize(
    "text",
    [
        "shame. is there a cafe near it",
        "Fair enough. And do you sell the wax?",
        "haha fair. is orange in stock",
        "anyway, do you sell mugs",
    ],
)
def test_who_leaves_the_matter_before_asks_about_another(text: str) -> None:
    assert second(0.9, text).slot("failed_attempts") == 1.5


def test_who_says_ok_and_but_has_not_left_it() -> None:
    assert failed_enough(second(0.9, "ok but that does not say what it costs"))


def test_the_first_failure_counts_in_full_whatever_came_before_it() -> None:
    configure(Services(knowledge=Likeness(0.0)))
    failing = talk(Understanding(text="when is the shop open", seq=3), {"failed_attempts": 0.0})
    count_failure(failing)
    assert failing.slot("failed_attempts") == 1.0


def test_several_gaps_in_one_turn_are_one_failure() -> None:
    failing = second(1.0)
    count_failure(failing)
    assert failing.slot("failed_attempts") == 2.0


def asked(confidence: float, failed: float) -> Talk:
    """A question after so many failures, whose likely answer is that sure."""
    configure(Services(knowledge=Likeness(1.0)))
    customer = talk(Understanding(text="what does mending cost", seq=3), {"failed_attempts": failed})
    admit(customer, "what does mending cost", Answer(False, confidence, "", also=(REPAIR,), closest="From 12 pounds."))
    return customer


def test_a_likely_answer_is_shown_before_a_person_takes_over_with_the_person_beside_it() -> None:
    customer = asked(0.5, failed=1.5)
    [message] = customer.dispatcher.messages
    assert "From 12 pounds." in message["text"]
    assert dict(PERSON) in message["buttons"]
    assert customer.turn.findings.handover is None
    assert failed_enough(customer)


def test_after_it_the_next_failure_brings_the_person() -> None:
    assert asked(0.5, failed=2.0).turn.findings.handover is not None


def test_an_unlikely_one_brings_the_person_at_once() -> None:
    assert asked(0.2, failed=1.0).turn.findings.handover is not None


@pytest.mark.parametrize(
    "text",
    [
        "not how to pitch it",
        "no i dont mean the size",
        "thats still the size guide",
        "that isn't what I asked",
        "ur answering something else",
        "youre telling me about boots",
    ],
)
def test_how_a_correction_begins(text: str) -> None:
    assert begins_as_correction(text)


@pytest.mark.parametrize("text", ["nothing else", "that is great", "i need a tent", "no", "your tents are fine"])
def test_what_is_no_correction(text: str) -> None:
    assert not begins_as_correction(text)
