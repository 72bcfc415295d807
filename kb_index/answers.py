"""What is said to the customer: the passage that answers, its source, and what may come next."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb_index.articles import NextStep
from kb_index.chunks import Passage
from kb_index.field import Scores
from kb_index.index import Index
from kb_index.ranking import Ranked, Ranking
from kb_index.words import stems

_SNIPPET_CHARACTERS = 180
# Beside an answer only close rivals are named; instead of one, whatever may have been meant.
_RIVAL_SHARE, _LIKELY_SHARE, _LIKELY_SCORE = 0.8, 0.65, 0.25
_MAX_ALSO = 3
# Where a later passage fits hardly better than the first, which says what the article is about, both are given. On the
# labelled questions of tests/kb_index/passages.jsonl the right passage is then among them in 90 % instead of 79 %.
_HARDLY_BETTER, _SHORT_CHARACTERS = 0.15, 400
_HEADING_WEIGHT, _WORDS_WEIGHT, _FIRST_WEIGHT, _LATER_WEIGHT = 0.5, 0.3, 0.05, 0.05


@dataclass(frozen=True, slots=True)
class Source:
    """An article that an answer rests on, with a link into the help centre."""

    article_id: str
    title: str
    url: str
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result; `snippet` is plain text."""

    article_id: str
    title: str
    url: str
    snippet: str
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or the honest lack of one.

    `text` is Markdown, empty unless `answerable`. `confidence` is the calibrated probability that the first source
    is the right article. `also` names likely alternatives, worth offering when not answerable; `closest` is what the
    first of them says to the question, for whoever shows it as a guess.
    """

    answerable: bool
    confidence: float
    text: str
    sources: tuple[Source, ...] = ()
    next: tuple[NextStep, ...] = ()
    passages: tuple[Passage, ...] = ()
    also: tuple[Source, ...] = ()
    closest: str = ""

    @classmethod
    def none(cls) -> "Answer":
        """Nothing was found."""
        return cls(False, 0.0, "")


def article_url(article_id: str) -> str:
    """Where the help centre shows an article."""
    return f"/help/{article_id}"


def hits(index: Index, ranking: Ranking) -> list[Hit]:
    """The ranking as search results."""
    results = []
    for ranked in ranking.articles:
        article = index.entry(ranked.number).article
        passage = best_passage(index, ranking, ranked.number)
        snippet = shorten(passage.plain) if passage else ""
        results.append(Hit(article.id, article.title, article_url(article.id), snippet, round(ranked.score, 4)))
    return results


def compose(index: Index, ranking: Ranking, confidence: float, threshold: float) -> Answer:
    """The answer from a ranking, given how sure it is."""
    if not ranking.articles:
        return Answer.none()
    first, rest = ranking.articles[0], ranking.articles[1:]
    also = [ranked for ranked in rest if ranked.score >= _RIVAL_SHARE * first.score][:_MAX_ALSO]
    if confidence < threshold:
        least = max(_LIKELY_SHARE * first.score, _LIKELY_SCORE)
        likely = [ranked for ranked in ranking.articles[:_MAX_ALSO] if ranked.score >= least]
        closest = text_of(answering_passages(index, ranking, first.number)) if likely else ""
        return Answer(False, confidence, "", also=tuple(_source(index, ranked) for ranked in likely), closest=closest)
    article = index.entry(first.number).article
    passages = answering_passages(index, ranking, first.number)
    return Answer(
        answerable=True,
        confidence=confidence,
        text=text_of(passages),
        sources=(_source(index, first),),
        next=tuple(step for step in article.next if index.number(step.article_id) is not None),
        passages=passages,
        also=tuple(_source(index, ranked) for ranked in also),
    )


def text_of(passages: Sequence[Passage]) -> str:
    """Passages as Markdown for the customer."""
    return "\n\n".join(_told(passage) for passage in passages)


def _told(passage: Passage) -> str:
    """A table says what it is about only together with its heading."""
    bare = passage.text.startswith("|") and passage.heading
    return f"**{passage.heading}**\n\n{passage.text}" if bare else passage.text


def best_passage(index: Index, ranking: Ranking, number: int) -> Passage | None:
    """The passage of an article that fits the question best."""
    passages = index.entry(number).passages
    return passages[int(np.argmax(passage_scores(index, ranking, number)))] if passages else None


def answering_passages(index: Index, ranking: Ranking, number: int) -> tuple[Passage, ...]:
    """The passage of an article that fits the question best, after the first one if that fits nearly as well and is
    short: 'We match a lower price ...' goes before what is not matched."""
    passages = index.entry(number).passages
    if not passages:
        return ()
    scores = passage_scores(index, ranking, number)
    best, first = int(np.argmax(scores)), passages[0]
    if best and scores[best] - scores[0] < _HARDLY_BETTER and len(first.text) <= _SHORT_CHARACTERS:
        return (first, passages[best])
    return (passages[best],)


def passage_scores(index: Index, ranking: Ranking, number: int) -> Scores:
    """How well each passage fits: its own meaning, its heading's (the title's above the first), the words in it.

    Words of the title say that it is this article, not which of its passages, so they do not count. Where several
    fit alike the earlier one wins, because articles answer first and explain then.
    """
    entry, held = index.entry(number), index.passage_stems_of(number)
    rows = ranking.passages.row_scores(number)
    headings = dict(zip(entry.headings, rows[len(entry.passages) :], strict=True))
    headings[""] = ranking.questions.row_scores(number)[0]
    scores = rows[: len(entry.passages)].copy()
    telling = ranking.question.terms.keys() - set(stems(entry.article.title))
    for i, passage in enumerate(entry.passages):
        found = len(held[i] & telling) / max(len(telling), 1)
        scores[i] += _HEADING_WEIGHT * headings[passage.heading] + _WORDS_WEIGHT * found
        if i == 0:
            scores[i] += _FIRST_WEIGHT
        elif passage.heading == entry.passages[i - 1].heading:
            scores[i] -= _LATER_WEIGHT
    return scores


def shorten(text: str) -> str:
    """One line of plain text, cut at a word's end."""
    line = " ".join(text.split())
    if len(line) <= _SNIPPET_CHARACTERS:
        return line
    return line[:_SNIPPET_CHARACTERS].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _source(index: Index, ranked: Ranked) -> Source:
    article = index.entry(ranked.number).article
    return Source(article.id, article.title, article_url(article.id), round(ranked.score, 4))
