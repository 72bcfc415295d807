"""Knowledge-base articles: Markdown files that editors write, checked before they are stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.errors import Conflict, InvalidInput, NotFound
from bot.studio.files import changing, remove_file, replace_file
from bot.studio.versions import GivenOut
from kb_index.articles import Article, parse_article
from kb_index.errors import BrokenArticles

_TOPIC = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
LONGEST = 400_000


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """An article with its file's text and version. `article` is None where the file cannot be read; `problems` say
    why."""

    id: str
    topic: str
    content: str
    version: str
    article: Article | None
    problems: tuple[dict[str, Any], ...] = ()


class ArticleFiles:
    """Reads and writes the articles below a folder, `TOPIC/ID.md`. Blocks, so call it in a thread."""

    def __init__(self, folder: Path, lock: Path) -> None:
        self._folder = folder
        self._lock = lock
        self._given = GivenOut()

    def all(self) -> list[ArticleFile]:
        """Every article, broken ones too, by topic and id."""
        return [self._file(path) for path in self._paths()]

    def get(self, article_id: str) -> ArticleFile:
        """One article; `NotFound` `unknown_article`."""
        return self._file(self._path(article_id))

    def create(self, content: str, topic: str) -> ArticleFile:
        """Store a new article under its own id. `InvalidInput` `broken_article` with line and what to do, `Conflict`
        `article_exists`."""
        if not _TOPIC.fullmatch(topic):
            raise InvalidInput("A topic is written like 'returns' or 'store-visits'.", code="bad_topic")
        article = _parsed(content)
        with changing(self._lock):
            if any(path.stem == article.id for path in self._paths()):
                raise Conflict(
                    f"There is an article {article.id} already. Choose another id.",
                    code="article_exists",
                    details={"id": article.id},
                )
            replace_file(self._folder / topic / f"{article.id}.md", _stored(content))
        return self.get(article.id)

    def put(self, article_id: str, content: str, version: str) -> ArticleFile:
        """Replace an article's text. `StaleWrite`, `InvalidInput` `broken_article` or `id_changed`."""
        article = _parsed(content)
        if article.id != article_id:
            raise InvalidInput(
                f"The text says id {article.id}, but this is the article {article_id}. An id stays what it is, since "
                "links lead to it.",
                code="id_changed",
            )
        with changing(self._lock):
            path = self._path(article_id)
            self._given.check(article_id, version, _lines(path))
            replace_file(path, _stored(content))
        return self.get(article_id)

    def delete(self, article_id: str, version: str) -> None:
        """Take an article away. `Conflict` `article_linked` while others lead to it."""
        with changing(self._lock):
            path = self._path(article_id)
            self._given.check(article_id, version, _lines(path))
            leading = [file.id for file in self.all() if file.article and _leads_to(file.article, article_id)]
            if leading:
                raise Conflict(
                    f"Other articles lead to it: {', '.join(leading)}. Take the links out first.",
                    code="article_linked",
                    details={"articles": leading},
                )
            remove_file(path)

    def _paths(self) -> Iterator[Path]:
        for path in sorted(self._folder.rglob("*.md")):
            if path.name.upper() != "README.MD":
                yield path

    def _path(self, article_id: str) -> Path:
        for path in self._paths():
            if path.stem == article_id:
                return path
        raise NotFound(f"There is no article {article_id}.", code="unknown_article")

    def _file(self, path: Path) -> ArticleFile:
        lines = _lines(path)
        content = "\n".join(lines) + "\n"
        version = self._given.remember(path.stem, lines)
        topic = path.parent.name if path.parent != self._folder else ""
        try:
            return ArticleFile(path.stem, topic, content, version, parse_article(content, path.name))
        except BrokenArticles as broken:
            return ArticleFile(path.stem, topic, content, version, None, _problems(broken))


def _parsed(content: str) -> Article:
    if len(content) > LONGEST:
        raise InvalidInput(f"An article has at most {LONGEST:,} characters.", code="article_too_long")
    try:
        return parse_article(content, "article")
    except BrokenArticles as broken:
        problems = _problems(broken)
        first = problems[0]
        raise InvalidInput(
            f"Line {first['line']}: {first['what']} {first['mend']}",
            code="broken_article",
            details={"problems": list(problems)},
        ) from broken


def _problems(broken: BrokenArticles) -> tuple[dict[str, Any], ...]:
    return tuple({name: value for name, value in asdict(error).items() if name != "path"} for error in broken.errors)


def _leads_to(article: Article, article_id: str) -> bool:
    return article.id != article_id and (
        article_id in article.related or any(step.article_id == article_id for step in article.next)
    )


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def _stored(content: str) -> str:
    return "\n".join(content.replace("\r\n", "\n").rstrip().split("\n")) + "\n"
