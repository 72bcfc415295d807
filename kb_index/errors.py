"""What can go wrong in the knowledge base, in words for the person who can mend it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any


class KnowledgeError(Exception):
    """Root of this package's errors: a stable `code`, a `message` for people, `details` for programs."""

    code = "knowledge_error"

    def __init__(self, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = dict(details or {})


class EncoderUnavailable(KnowledgeError):
    """The sentence embedding model cannot be loaded."""

    code = "encoder_unavailable"


@dataclass(frozen=True, slots=True)
class ArticleError:
    """One mistake in one article: where, what, and how to mend it."""

    path: str
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what} {self.mend}"


class BrokenArticles(KnowledgeError):
    """Articles that cannot be read; `errors` names every mistake."""

    code = "broken_articles"

    def __init__(self, errors: Iterable[ArticleError]) -> None:
        self.errors = list(errors)
        super().__init__(
            "\n".join(str(error) for error in self.errors), {"errors": [asdict(error) for error in self.errors]}
        )


class IndexMissing(KnowledgeError):
    """There is no index yet, or it is damaged: build it."""

    code = "index_missing"


class IndexMismatch(KnowledgeError):
    """The index was made by another embedding model or another version of this program: build it again."""

    code = "index_mismatch"


class BrokenEvaluation(KnowledgeError):
    """The files to evaluate with cannot be used; the message names file and line."""

    code = "broken_evaluation"
