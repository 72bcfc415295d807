"""Articles: read with every mistake named at its place."""

from datetime import date
from pathlib import Path

import pytest

from kb_index.articles import MAX_WORDS, NextStep, load_articles, parse_article, read_articles
from kb_index.errors import BrokenArticles

GOOD = """---
id: return-label
title: Printing a return label
questions:
- Where is my label?
- "Label: how?"
tags: [returns, label]
audience: customer
updated: 2026-11-10
next:
- title: Return policy
  article: return-policy
related:
- refunds
---

Open the order page.
"""


def test_an_article_is_read_whole() -> None:
    article = parse_article(GOOD, "kb/return-label.md")
    assert article.id == "return-label"
    assert article.questions == ("Where is my label?", "Label: how?")
    assert article.tags == ("returns", "label")
    assert article.updated == date(2026, 11, 10)
    assert article.next == (NextStep("Return policy", "return-policy"),)
    assert article.related == ("refunds",)
    assert article.body == "Open the order page."


def mistakes(text: str) -> list[tuple[int, str]]:
    with pytest.raises(BrokenArticles) as caught:
        parse_article(text, "a.md")
    assert all(error.mend for error in caught.value.errors)
    return [(error.line, error.what) for error in caught.value.errors]


def test_all_mistakes_of_a_file_are_named_with_their_lines() -> None:
    text = "---\nid: Not Good\ntitle: [a]\nquestions: one\nupdated: soon\ncolour: red\nnext:\n- title: x\n---\n"
    found = mistakes(text)
    assert [line for line, _ in found] == [6, 2, 3, 4, 5, 7, 10]
    assert "no text" in found[-1][1]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", 1, "front matter is missing"),
        ("just text", 1, "front matter is missing"),
        ("---\nid: a\ntitle: b\n", 1, "not closed"),
        ("---\nid: a\ntitle: b: c\n---\nx", 3, "not valid YAML"),
        ("---\nid: a\nupdated: 2026-13-45\ntitle: x\n---\nx", 1, "not valid YAML"),
        ("---\n- a\n---\nx", 1, "names no values"),
        ("---\nid: a\n---\nx", 1, "'title' is missing"),
        ("---\nid: a\ntitle: t\n---\n  \n", 5, "no text"),
        ("---\nid: a\ntitle: t\n---\n" + "word " * (MAX_WORDS + 1), 5, "are the limit"),
    ],
)
def test_a_mistake_is_named_at_its_line(text: str, line: int, what: str) -> None:
    [(found_line, found)] = mistakes(text)
    assert what in found
    assert found_line == line


def test_errors_of_all_files_are_gathered_and_duplicates_named(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GOOD)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.md").write_text(GOOD)
    (tmp_path / "c.md").write_text("nothing")
    (tmp_path / "d.md").write_bytes(b"---\nid: \xff\n---\n")
    (tmp_path / "README.md").write_text("no article")
    with pytest.raises(BrokenArticles) as caught:
        load_articles(tmp_path)
    whats = {Path(error.path).name: error.what for error in caught.value.errors}
    assert whats.keys() == {"b.md", "c.md", "d.md"}
    assert "already used by" in whats["b.md"]
    readable, _ = read_articles(tmp_path)
    assert [article.id for article in readable] == ["return-label"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenArticles, match="no such folder"):
        load_articles(tmp_path / "nowhere")
