"""Long messages are read sentence by sentence too."""

from kb_index.readings import readings
from kb_index.search import KnowledgeBase


def test_one_sentence_has_no_other_reading() -> None:
    assert readings("Do gift cards expire?") == []
    assert readings("") == []


def test_sentences_and_neighbours_are_readings_and_filler_is_not() -> None:
    assert readings("Hi there! my gift card is old. does it expire?") == [
        "my gift card is old",
        "Hi there. my gift card is old",
        "my gift card is old. does it expire",
    ]


def test_of_noise_only_the_end_is_read() -> None:
    assert len(readings("Some words here. " * 200 + "More words there? " * 3)) <= 12


def test_the_question_is_found_behind_its_story(knowledge: KnowledgeBase) -> None:
    told = (
        "Hello, my grandmother turned eighty in spring and we all went to the seaside, it rained every day. "
        "She was so kind and brought presents for everybody. How do I clean a down jacket?"
    )
    answer = knowledge.answer(told)
    assert answer.answerable
    assert answer.sources[0].article_id == "wash-down"
