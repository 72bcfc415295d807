"""Errors with a stable code, words for a person and details; mapped to HTTP or close codes only at an edge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class BatonError(Exception):
    """Root of every error that somebody is told about.

    `code` is stable snake_case for programs, `message` is for a person and says what to do next,
    `details` holds values a client may show or act on. No message text or secret belongs in any of them.
    """

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code
        self.details: dict[str, Any] = dict(details or {})


class InvalidInput(BatonError):
    """What was sent cannot be accepted as it is (400 or 422)."""

    code = "invalid_input"


class Unauthenticated(BatonError):
    """Nobody is signed in, or the token is unknown or expired (401)."""

    code = "unauthenticated"


class Forbidden(BatonError):
    """Signed in, but not allowed (403)."""

    code = "forbidden"


class NotFound(BatonError):
    """No such thing, or not for this caller (404)."""

    code = "not_found"


class Conflict(BatonError):
    """The thing changed or is in a state that forbids this (409)."""

    code = "conflict"


class StaleWrite(BatonError):
    """A write carried an outdated version (412); details say what changed."""

    code = "stale_write"


class RateLimited(BatonError):
    """Too much too fast (429); `retry_after` is in seconds."""

    code = "rate_limited"

    def __init__(self, message: str, *, retry_after: float, code: str | None = None) -> None:
        super().__init__(message, code=code, details={"retry_after": retry_after})
        self.retry_after = retry_after


class Unavailable(BatonError):
    """A part that is needed cannot answer now (503): database locked, disk full, worker gone."""

    code = "unavailable"

    def __init__(self, message: str, *, retry_after: float = 2.0, code: str | None = None) -> None:
        super().__init__(message, code=code, details={"retry_after": retry_after})
        self.retry_after = retry_after
