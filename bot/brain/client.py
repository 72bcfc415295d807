"""The gateway's side of the worker: the conversation core's `Brain` over HTTP."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from bot import fast_json
from bot.brain.transport import Broken, HttpTransport, Slow, Transport, Unreached
from bot.brain.wire import TOKEN_HEADER, request_to_json, result_from_json
from bot.conversation.model import TurnRequest, TurnResult
from bot.errors import BatonError, InvalidInput, Unavailable

TURN_SECONDS = 15.0
CONNECT_SECONDS = 1.0
OK, UNPROCESSABLE, UNAVAILABLE = 200, 422, 503


class WorkerLost(Unavailable):
    """A connection that broke: the worker went down, or had gone down and come back since the last turn."""


class WorkerBrain:
    """Sends each turn to a worker, the next one if that cannot be reached. A turn is a function, so asking twice
    does no harm."""

    def __init__(
        self,
        urls: Sequence[str] | Callable[[], Sequence[str]],
        token: str,
        *,
        seconds: float = TURN_SECONDS,
        transport: Transport | None = None,
    ) -> None:
        self._urls = urls if callable(urls) else (lambda: urls)
        self._turns = itertools.count()
        self._transport = transport or HttpTransport({TOKEN_HEADER: token}, seconds, CONNECT_SECONDS)

    async def turn(self, request: TurnRequest) -> TurnResult:
        """See `bot.conversation.ports.Brain.turn`."""
        return result_from_json(await self._post("/v1/turn", request_to_json(request)))

    async def parse(self, text: str) -> dict[str, Any]:
        """How a message is understood, in the form of `baton parse`."""
        return await self._post("/v1/parse", {"text": text})

    async def ask(self, question: str) -> dict[str, Any]:
        """What the knowledge base says, in the form of `baton ask`."""
        return await self._post("/v1/ask", {"text": question})

    async def search(self, query: str, limit: int = 10) -> dict[str, Any]:
        """Articles that fit: {"items": [...]}."""
        return await self._post("/v1/search", {"query": query, "limit": limit})

    async def reload(self) -> list[dict[str, Any]]:
        """Every reachable worker takes up the live model and index now; their health."""
        return [await self._one(url, "POST", "/v1/reload", {}) for url in self._urls()]

    async def health(self) -> list[dict[str, Any]]:
        """Health of every worker; one that cannot be reached has status `unreachable`."""
        return [await self._health_of(url) for url in self._urls()]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def _health_of(self, url: str) -> dict[str, Any]:
        try:
            return await self._one(url, "GET", "/health", None)
        except BatonError as error:
            return {"status": "unreachable", "reason": error.code}
        except Unreached:
            return {"status": "unreachable", "reason": "connection_refused"}

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        urls = list(self._urls())
        start = next(self._turns)
        for offset in range(len(urls) + 1):  # once more around: a worker may be back already
            try:
                return await self._one(urls[(start + offset) % len(urls)], "POST", path, body)
            except (Unreached, WorkerLost):
                continue
        raise Unavailable("The assistant is not running right now.", code="worker_unavailable")

    async def _one(self, url: str, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        try:
            status, answer = await self._transport.request(
                method, url.rstrip("/") + path, None if body is None else fast_json.dumps(body)
            )
        except Slow as error:
            raise Unavailable("The assistant took too long.", code="worker_timeout") from error
        except Broken as error:
            raise WorkerLost("The assistant broke off its answer.", code="worker_lost") from error
        return _checked(status, answer)


def _checked(status: int, answer: bytes) -> dict[str, Any]:
    try:
        body = fast_json.loads(answer)
    except ValueError as error:
        raise Unavailable("The assistant answered nonsense.", code="worker_lost") from error
    if status == OK and isinstance(body, dict):
        return body
    error_body = body.get("error") if isinstance(body, dict) else None
    details = error_body if isinstance(error_body, dict) else {}
    code, message = str(details.get("code") or "worker_failed"), str(details.get("message") or "The assistant failed.")
    if status == UNAVAILABLE:
        raise Unavailable(message, code=code)
    kind = InvalidInput if status == UNPROCESSABLE else BatonError
    raise kind(message, code=code, details=details.get("details"))
