"""Passages: cut at sentence borders, lists and tables whole, every size of article."""

import time

from kb_index.articles import Article
from kb_index.chunks import MAX_BLOCK_WORDS, TARGET_WORDS, cut_passages, plain_text

SENTENCE = "This sentence tells a customer one thing about tents. "


def cut(body: str) -> list[str]:
    return [passage.text for passage in cut_passages(Article("a", "A", body))]


def test_a_short_section_is_one_passage_with_its_heading() -> None:
    passages = cut_passages(Article("a", "A", "Intro here.\n\n## First *thing*\nOne. Two.\n\n## Second\nThree.\n"))
    assert [(p.heading, p.text) for p in passages] == [
        ("", "Intro here."),
        ("First thing", "One. Two."),
        ("Second", "Three."),
    ]


def test_a_long_section_is_cut_at_sentence_borders() -> None:
    texts = cut(SENTENCE * 60)
    assert len(texts) > 4
    assert all(text.endswith("tents.") and len(text.split()) <= TARGET_WORDS for text in texts)
    assert " ".join(texts) == (SENTENCE * 60).strip()


def test_abbreviations_and_figures_do_not_end_a_sentence() -> None:
    body = "Fuel, e.g. Gas, costs approx. £3.95 at No. 22 Canal Yard. " * 30
    assert all(text.endswith("Yard.") for text in cut(body))


def test_lists_stay_whole_with_what_introduces_them() -> None:
    steps = "\n".join(f"{i}. Do step number {i} with care and patience." for i in range(1, 21))
    texts = cut(SENTENCE * 9 + "Then do this:\n\n" + steps + "\n\n" + SENTENCE * 8)
    [with_steps] = [text for text in texts if "1. Do" in text]
    assert with_steps == "Then do this:\n\n" + steps


def test_tables_stay_whole() -> None:
    table = "| a | b |\n|---|---|\n" + "\n".join(f"| row {i} | some words here |" for i in range(30))
    assert table in "\x00".join(cut(SENTENCE * 9 + "\n\n" + table))
    assert any(table in text for text in cut(SENTENCE * 9 + "\n\n" + table))


def test_an_overlong_list_is_torn_between_items() -> None:
    items = [f"- item {i} has a few words to it" for i in range(500)]
    texts = cut("\n".join(items))
    assert all(len(text.split()) <= MAX_BLOCK_WORDS for text in texts)
    assert "\n".join(texts).splitlines() == items


def test_fifty_thousand_words_are_cut_in_a_second() -> None:
    began = time.process_time()
    prose = cut(SENTENCE * 5_600)
    unbroken = cut("word " * 50_000)
    assert time.process_time() - began < 5
    assert sum(len(text.split()) for text in prose) == 5_600 * 9
    assert max(len(text.split()) for text in unbroken) <= MAX_BLOCK_WORDS


def test_nothing_gives_no_passage() -> None:
    assert cut("") == []
    assert cut("## Only a heading\n") == []
    assert cut("---\n") == []


def test_plain_text_has_the_words_without_the_signs() -> None:
    assert plain_text("**Bold** [link](http://x) `code`\nnext\n\n- item\n\n| a | b |\n|---|---|\n| 1 | 2 |") == (
        "Bold link code next\nitem\na\nb\n1\n2"
    )
