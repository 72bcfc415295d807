"""Answers and search results of the knowledge base as JSON. Light: needs no Rasa."""

from __future__ import annotations

from typing import Any

from kb_index.answers import Answer, Hit


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """The form of `baton ask`."""
    return {
        "answerable": answer.answerable,
        "confidence": answer.confidence,
        "answer": answer.text,
        "sources": [
            {"article_id": source.article_id, "title": source.title, "url": source.url, "score": source.score}
            for source in answer.sources
        ],
    }


def hit_to_json(hit: Hit) -> dict[str, Any]:
    """One search result."""
    return {
        "article_id": hit.article_id,
        "title": hit.title,
        "url": hit.url,
        "snippet": hit.snippet,
        "score": hit.score,
    }
