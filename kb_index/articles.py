"""Articles as editors write them: Markdown with YAML front matter, read with every mistake named at its line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from kb_index.errors import ArticleError, BrokenArticles

CUSTOMER = "customer"
MAX_WORDS = 100_000
UNANSWERED = "unanswered.txt"

_FENCE = "---"
_FIELDS = ("id", "title", "questions", "tags", "audience", "updated", "next", "related")
_ID_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")


@dataclass(frozen=True, slots=True)
class NextStep:
    """The next useful thing after an answer: words for a button and the article behind it."""

    title: str
    article_id: str


@dataclass(frozen=True, slots=True)
class Article:
    """One help article. `questions` are customers' wordings of what it answers; `body` is Markdown."""

    id: str
    title: str
    body: str
    questions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    audience: str = CUSTOMER
    updated: date | None = None
    next: tuple[NextStep, ...] = ()
    related: tuple[str, ...] = ()
    path: str | None = field(default=None, compare=False)


def load_articles(folder: Path) -> list[Article]:
    """All articles below `folder`, by path. Raises `BrokenArticles` with every mistake of every file."""
    articles, errors = read_articles(folder)
    if errors:
        raise BrokenArticles(errors)
    return articles


def read_articles(folder: Path) -> tuple[list[Article], list[ArticleError]]:
    """The readable articles below `folder` and what is wrong with the others."""
    articles: dict[str, Article] = {}
    errors: list[ArticleError] = []
    if not folder.is_dir():
        return [], [
            ArticleError(str(folder), 1, "There is no such folder.", "Name the folder that holds the articles.")
        ]
    for path in sorted(folder.rglob("*.md")):
        if path.name.upper() == "README.MD":
            continue
        try:
            article = parse_article(path.read_text(encoding="utf-8"), str(path))
        except UnicodeDecodeError:
            errors.append(ArticleError(str(path), 1, "The file is not UTF-8 text.", "Save it as UTF-8."))
        except BrokenArticles as broken:
            errors += broken.errors
        else:
            first = articles.setdefault(article.id, article)
            if first is not article:
                errors.append(_duplicate(article, first))
    return list(articles.values()), errors


def load_unanswered(folder: Path) -> list[str]:
    """The questions that no article answers, from `unanswered.txt`: one a line, `#` begins a remark; none if absent."""
    try:
        lines = (folder / UNANSWERED).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise BrokenArticles(
            [ArticleError(str(folder / UNANSWERED), 1, "The file is not UTF-8 text.", "Save it as UTF-8.")]
        ) from error
    return list(dict.fromkeys(text for line in lines if (text := line.strip()) and not text.startswith("#")))


def _duplicate(article: Article, first: Article) -> ArticleError:
    return ArticleError(
        article.path or article.id,
        1,
        f"The id {article.id!r} is already used by {first.path}.",
        "Give one of the two articles another id, and name its file after it.",
    )


def parse_article(text: str, path: str) -> Article:
    """One article from its text; `path` is for messages. Raises `BrokenArticles` with all its mistakes."""
    head, body, body_line = _split(text, path)
    reader = _FrontMatter(head, path)
    article = Article(
        id=reader.identifier(),
        title=reader.text("title", required=True),
        body=body.strip("\n"),
        questions=reader.texts("questions"),
        tags=reader.texts("tags"),
        audience=reader.text("audience") or CUSTOMER,
        updated=reader.day("updated"),
        next=reader.steps("next"),
        related=reader.texts("related"),
        path=path,
    )
    reader.errors += _body_errors(body, body_line, path)
    if reader.errors:
        raise BrokenArticles(reader.errors)
    return article


def _split(text: str, path: str) -> tuple[str, str, int]:
    lines = text.removeprefix("\ufeff").splitlines()
    start = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if not lines or lines[start].strip() != _FENCE:
        raise BrokenArticles(
            [ArticleError(path, 1, "The front matter is missing.", "Begin the file with ---, id, title and ---.")]
        )
    for end in range(start + 1, len(lines)):
        if lines[end].strip() == _FENCE:
            return "\n" * (start + 1) + "\n".join(lines[start + 1 : end]), "\n".join(lines[end + 1 :]), end + 2
    raise BrokenArticles(
        [ArticleError(path, start + 1, "The front matter is not closed.", "Put --- on a line of its own after it.")]
    )


def _body_errors(body: str, line: int, path: str) -> Iterator[ArticleError]:
    words = len(body.split())
    if not words:
        yield ArticleError(path, line, "The article has no text.", "Write the answer below the front matter.")
    if words > MAX_WORDS:
        yield ArticleError(
            path, line, f"The article has {words} words; {MAX_WORDS} are the limit.", "Split it into several articles."
        )


def _read_yaml(text: str) -> tuple[Any, Any]:
    """The nodes, which know their lines, and the values of a document, read once; by libyaml where there is one."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = loader.get_single_node()
        return node, None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


class _FrontMatter:
    """Reads typed values from YAML and gathers what is wrong, each with its line."""

    def __init__(self, head: str, path: str) -> None:
        self._path = path
        self._lines: dict[str, int] = {}
        self._values: dict[str, Any] = {}
        self.errors: list[ArticleError] = []
        try:
            node, values = _read_yaml(head)
        except (yaml.YAMLError, ValueError, TypeError) as error:
            self._raise_unreadable(error)
        if not isinstance(node, yaml.MappingNode) or not isinstance(values, Mapping):
            raise BrokenArticles(
                [ArticleError(path, 1, "The front matter names no values.", "Write lines such as 'title: Returns'.")]
            )
        self._values = {str(key): value for key, value in values.items()}
        self._lines = {str(key.value): key.start_mark.line + 1 for key, _ in node.value}
        for unknown in self._values.keys() - set(_FIELDS):
            self._wrong(unknown, f"{unknown!r} is not known.", f"Use one of: {', '.join(_FIELDS)}.")

    def _raise_unreadable(self, error: Exception) -> None:
        mark = getattr(error, "problem_mark", None)
        what = f"The front matter is not valid YAML: {getattr(error, 'problem', None) or 'it cannot be read'}."
        mend = "Put a value that holds ': ' or '#' or begins with a sign into quotation marks."
        raise BrokenArticles([ArticleError(self._path, mark.line + 1 if mark else 1, what, mend)]) from error

    def identifier(self) -> str:
        value = self.text("id", required=True)
        if value and not set(value) <= _ID_CHARACTERS:
            self._wrong("id", f"The id {value!r} has other signs than a-z, 0-9 and -.", "Write it like 'return-label'.")
        return value

    def text(self, name: str, required: bool = False) -> str:
        value = self._values.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            value = str(value).strip()
        elif value is not None:
            self._wrong(name, f"{name!r} must be a text.", f"Write it like '{name}: some words'.")
            return ""
        if required and not value:
            self._wrong(name, f"{name!r} is missing.", f"Add a line '{name}: ...' to the front matter.")
        return value or ""

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._values.get(name) or ()
        if isinstance(value, Sequence) and not isinstance(value, str):
            items = [item for item in value if isinstance(item, str | int | float) and not isinstance(item, bool)]
            if len(items) == len(value):
                return tuple(text for item in items if (text := str(item).strip()))
        self._wrong(
            name, f"{name!r} must be a list of texts.", "Write one '- text' a line; quote texts that hold ': '."
        )
        return ()

    def day(self, name: str) -> date | None:
        value = self._values.get(name)
        if value is None or type(value) is date:
            return value
        self._wrong(name, f"{name!r} is not a date.", "Write it like 2026-01-31.")
        return None

    def steps(self, name: str) -> tuple[NextStep, ...]:
        steps: list[NextStep] = []
        value = self._values.get(name) or ()
        for item in value if isinstance(value, list) else [value] if value else []:
            if not isinstance(item, Mapping) or not item.get("title") or not item.get("article"):
                self._wrong(
                    name, f"{name!r} has an entry without title or article.", "Give each 'title' and 'article'."
                )
            else:
                steps.append(NextStep(str(item["title"]).strip(), str(item["article"]).strip()))
        return tuple(steps)

    def _wrong(self, name: str, what: str, mend: str) -> None:
        self.errors.append(ArticleError(self._path, self._lines.get(name, 1), what, mend))
