"""The index in memory: every article with its questions field and its passages field."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from kb_index.articles import Article, NextStep
from kb_index.chunks import Passage
from kb_index.embedding import Vectors
from kb_index.field import Field
from kb_index.head import Head
from kb_index.keywords import KeywordIndex
from kb_index.vectors import EXACT_ROWS, VectorIndex, center_of
from kb_index.words import stems

_REMEMBERED = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    """An article as indexed, with its passages."""

    article: Article
    passages: tuple[Passage, ...]

    @property
    def question_texts(self) -> list[str]:
        """Rows of the questions field: what a customer might ask."""
        return [self.article.title, *self.article.questions]

    @property
    def passage_texts(self) -> list[str]:
        """Rows of the passages field: each passage under its titles, so that it makes sense alone, then headings."""
        title = self.article.title
        bodies = [". ".join(part for part in (title, p.heading, p.plain) if part) for p in self.passages]
        return [*bodies, *(f"{title}: {heading}" for heading in self.headings)]

    @property
    def headings(self) -> list[str]:
        """The headings of sections, each once, in order."""
        return list(dict.fromkeys(passage.heading for passage in self.passages if passage.heading))

    @property
    def whole_text(self) -> str:
        """Everything that its words are looked up in."""
        return "\n".join([*self.question_texts, *self.passage_texts[: len(self.passages)], *self.article.tags])

    @property
    def digest(self) -> str:
        """Hash of everything that decides the article's rows and answers."""
        content = article_to_dict(self.article) | {"path": None}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


class Index:
    """Articles and their two fields; an article is replaced by hiding the old rows and appending new ones."""

    def __init__(self, questions: Field, passages: Field, words: KeywordIndex | None = None) -> None:
        self.questions = questions
        self.passages = passages
        self.words = words or KeywordIndex()
        self.unanswered = VectorIndex(questions.vectors.center)
        self.head: Head | None = None
        self._entries: list[Entry | None] = []
        self._numbers: dict[str, int] = {}
        self._stems: dict[int, Counter[str]] = {}
        self._passage_stems: dict[int, list[frozenset[str]]] = {}

    @classmethod
    def empty(cls, questions: Vectors, passages: Vectors, exact_rows: int = EXACT_ROWS) -> "Index":
        """An index without articles, for articles with about these vectors."""
        return cls(Field.empty(center_of(questions), exact_rows), Field.empty(center_of(passages), exact_rows))

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Entry]:
        return (entry for entry in self._entries if entry is not None)

    def number(self, article_id: str) -> int | None:
        """The owner number of a living article."""
        return self._numbers.get(article_id)

    def entry(self, number: int) -> Entry:
        """The living article with an owner number."""
        entry = self._entries[number]
        if entry is None:
            raise KeyError(number)
        return entry

    def stems_of(self, number: int) -> Mapping[str, int]:
        """The stems of all an article's text, with how often each stands there."""
        if number not in self._stems:
            if len(self._stems) > _REMEMBERED:
                self._stems.clear()
            self._stems[number] = Counter(stems(self.entry(number).whole_text))
        return self._stems[number]

    def passage_stems_of(self, number: int) -> list[frozenset[str]]:
        """The stems of each passage of an article, with those of its heading."""
        if number not in self._passage_stems:
            if len(self._passage_stems) > _REMEMBERED:
                self._passage_stems.clear()
            self._passage_stems[number] = [
                frozenset(stems(f"{passage.heading} {passage.plain}")) for passage in self.entry(number).passages
            ]
        return self._passage_stems[number]

    def put(self, entry: Entry, questions: Vectors, passages: Vectors) -> None:
        """Adds an article or replaces the one with its id."""
        self.remove(entry.article.id)
        self._numbers[entry.article.id] = len(self._entries)
        self._entries.append(entry)
        self.questions.add(questions)
        self.passages.add(passages)
        self.words.add(entry.whole_text)
        if self.head:
            self.head.adopt(self.questions.vectors.prepare(np.concatenate([questions, passages]))[0])

    def remove(self, article_id: str) -> bool:
        """Takes an article out; False if there was none."""
        number = self._numbers.pop(article_id, None)
        if number is None:
            return False
        self.words.remove(number, self.entry(number).whole_text)
        if self.head:
            self.head.remove(number)
        self.questions.remove(number)
        self.passages.remove(number)
        self._entries[number] = None
        self._stems.pop(number, None)
        return True

    def vectors_of(self, article_id: str) -> tuple[Vectors, Vectors]:
        """The stored vectors of an article's two fields."""
        number = self._numbers[article_id]
        return (
            self.questions.vectors.original(self.questions.rows_of(number)),
            self.passages.vectors.original(self.passages.rows_of(number)),
        )

    def finish(self) -> None:
        """Prepares for fast search after bulk loading."""
        for part in (self.questions, self.passages):
            part.vectors.build_graph()
        self.words.pack()

    def save(self, folder: Path) -> None:
        """Writes the index; only for one from which nothing was removed."""
        with (folder / "articles.jsonl").open("w", encoding="utf-8") as file:
            for entry in self:
                row = {"article": article_to_dict(entry.article), "passages": [asdict(p) for p in entry.passages]}
                file.write(json.dumps(row) + "\n")
        self.questions.save(folder / "questions")
        self.passages.save(folder / "passages")
        self.words.save(folder / "words.npz")
        self.unanswered.save(folder / "unanswered")
        if self.head:
            self.head.save(folder / "head.npz")

    @classmethod
    def load(cls, folder: Path) -> "Index":
        """Reads what `save` wrote."""
        with (folder / "articles.jsonl").open(encoding="utf-8") as file:
            entries = [_entry(json.loads(line)) for line in file]
        index = cls(
            Field.load(folder / "questions", [len(entry.question_texts) for entry in entries]),
            Field.load(folder / "passages", [len(entry.passages) + len(entry.headings) for entry in entries]),
            KeywordIndex.load(folder / "words.npz"),
        )
        index.unanswered = VectorIndex.load(folder / "unanswered")
        if (folder / "head.npz").is_file():
            index.head = Head.load(folder / "head.npz")
        index._entries = list(entries)
        index._numbers = {entry.article.id: number for number, entry in enumerate(entries)}
        return index


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(article_from_dict(row["article"]), tuple(Passage(**passage) for passage in row["passages"]))


def article_to_dict(article: Article) -> dict[str, Any]:
    """An article as JSON can hold it."""
    row = asdict(article)
    row["updated"] = article.updated.isoformat() if article.updated else None
    return row


def article_from_dict(row: dict[str, Any]) -> Article:
    """The article that `article_to_dict` wrote."""
    updated = row.get("updated")
    steps: Sequence[dict[str, str]] = row.get("next") or ()
    return Article(
        id=row["id"],
        title=row["title"],
        body=row["body"],
        questions=tuple(row.get("questions") or ()),
        tags=tuple(row.get("tags") or ()),
        audience=row.get("audience") or "customer",
        updated=date.fromisoformat(updated) if updated else None,
        next=tuple(NextStep(**step) for step in steps),
        related=tuple(row.get("related") or ()),
        path=row.get("path"),
    )
