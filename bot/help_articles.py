"""The help centre's articles, read from the same files as the bot's knowledge."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from bot.gateway.help_centre import HelpArticle
from kb_index.articles import CUSTOMER, Article, read_articles

log = logging.getLogger(__name__)
LOOK_AGAIN_SECONDS = 1.0


class FileHelpArticles:
    """`HelpArticles` over a folder of Markdown. A change shows within a second; a broken article is left out and the
    others stay."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._looked = 0.0
        self._articles: dict[str, HelpArticle] = {}

    def all(self) -> Iterable[HelpArticle]:
        """See `HelpArticles`."""
        return list(self._current().values())

    def get(self, article_id: str) -> HelpArticle | None:
        """See `HelpArticles`."""
        return self._current().get(article_id)

    def _current(self) -> dict[str, HelpArticle]:
        with self._lock:
            if time.monotonic() - self._looked > LOOK_AGAIN_SECONDS:
                self._looked = time.monotonic()
                stamp = self._stamp_of_files()
                if stamp != self._stamp:
                    self._articles = self._read()
                    self._stamp = stamp
            return self._articles

    def _stamp_of_files(self) -> tuple[int, int]:
        times = [path.stat().st_mtime_ns for path in self._folder.glob("**/*.md")]
        return len(times), max(times, default=0)

    def _read(self) -> dict[str, HelpArticle]:
        articles, errors = read_articles(self._folder)
        for error in errors:
            log.warning("help article left out: %s", error)
        folders = {path.stem: path.parent.name for path in self._folder.glob("**/*.md")}
        return {a.id: _page(a, folders.get(a.id, "other")) for a in articles if a.audience == CUSTOMER}


def _page(article: Article, topic: str) -> HelpArticle:
    return HelpArticle(
        id=article.id,
        title=article.title,
        topic=topic,
        body=article.body,
        updated=article.updated.isoformat() if article.updated else "",
        next=tuple((step.title, step.article_id) for step in article.next),
    )
