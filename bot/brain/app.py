"""The worker's HTTP side: loopback or an internal network only, nothing without the token."""

from __future__ import annotations

import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot import fast_json
from bot.brain.answer_wire import answer_to_json, hit_to_json
from bot.brain.host import Host
from bot.brain.reading import Reading
from bot.brain.wire import TOKEN_HEADER, request_from_json, result_to_json
from bot.conversation.turns import rounded, turn_fields
from bot.errors import BatonError, InvalidInput, NotFound, Unauthenticated, Unavailable

MAX_BODY = 8 * 1024 * 1024
_log = logging.getLogger(__name__)


def create_app(host: Host, token: str) -> ASGIApp:
    """The worker's application over a host that it starts and stops."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await host.start()
        yield
        await host.stop()

    app = FastAPI(title="Baton worker", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)

    @app.exception_handler(BatonError)
    async def known(_: Request, error: BatonError) -> Response:
        return error_response(error)

    @app.exception_handler(Exception)
    async def unknown(_: Request, error: Exception) -> Response:
        return failure_response(error)

    @app.get("/health")
    async def health() -> dict[str, Any]:
        return host.health()

    async def turn(request: Request) -> Response:
        asked = request_from_json(await body_of(request))
        result = await host.turn(asked)
        _log.info("turn computed", extra=turn_fields(asked) | {"model": result.model_id, "ms": rounded(result.timings)})
        return json_response(result_to_json(result))

    @app.post("/v1/parse")
    async def parse(request: Request) -> dict[str, Any]:
        return parse_to_json(await host.parse(field(await body_of(request), "text")))

    @app.post("/v1/ask")
    async def ask(request: Request) -> dict[str, Any]:
        return answer_to_json(await host.ask(field(await body_of(request), "text")))

    @app.post("/v1/search")
    async def search(request: Request) -> dict[str, Any]:
        body = await body_of(request)
        limit = body.get("limit", 10)
        if not isinstance(limit, int) or not 1 <= limit <= 50:
            raise InvalidInput("'limit' must be a number from 1 to 50.", code="bad_limit")
        return {"items": [hit_to_json(hit) for hit in await host.search(field(body, "query"), limit)]}

    @app.post("/v1/reload")
    async def reload() -> dict[str, Any]:
        await host.renew()
        return host.health()

    return OnlyWithToken(TurnsFirst(app, turn), token)


async def body_of(request: Request) -> Any:
    """The JSON body; raises `InvalidInput` for anything else."""
    raw = await request.body()
    if len(raw) > MAX_BODY:
        raise InvalidInput("The request is too large.", code="too_large")
    try:
        return fast_json.loads(raw)
    except ValueError as error:
        raise InvalidInput("Expected a JSON body.", code="bad_json") from error


def field(body: Any, name: str) -> str:
    """A text field of the body."""
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, str):
        raise InvalidInput(f"'{name}' must be a text.", code="bad_field", details={"field": name})
    return value


def parse_to_json(reading: Reading) -> dict[str, Any]:
    """The form of `baton parse`."""
    return {
        "intent": {"name": reading.intent, "confidence": reading.confidence},
        "ranking": [{"name": name, "confidence": confidence} for name, confidence in reading.meanings],
        "entities": list(reading.parse.get("entities") or ()),
        "out_of_scope": reading.out_of_scope,
        "frustration": reading.frustration,
        "urgency": reading.urgency,
    }


STATUS: dict[type[BatonError], int] = {InvalidInput: 422, Unauthenticated: 401, NotFound: 404, Unavailable: 503}


def error_response(error: BatonError) -> Response:
    """The error as JSON with its status."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    body = {"error": {"code": error.code, "message": error.message, "details": error.details}}
    return json_response(body, status)


def failure_response(error: Exception) -> Response:
    """What is said of a failure that nobody foresaw."""
    _log.error("request failed: %s", type(error).__name__)
    return error_response(BatonError("The worker failed on this request.", code="worker_failed"))


def json_response(body: Any, status: int = 200) -> Response:
    """A value as JSON."""
    return Response(fast_json.dumps(body), status, media_type="application/json")


class TurnsFirst:
    """Serves turns by itself, for they come with every message; everything else goes on to the application. Its layers
    and routing would cost a turn as much as the rest of its way through the server."""

    def __init__(self, app: ASGIApp, turn: Callable[[Request], Awaitable[Response]]) -> None:
        self._app = app
        self._turn = turn

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http" or scope["path"] != "/v1/turn" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        try:
            response = await self._turn(Request(scope, receive))
        except BatonError as error:
            response = error_response(error)
        except Exception as error:
            response = failure_response(error)
        await response(scope, receive, send)


class OnlyWithToken:
    """Refuses every request that does not carry the workers' token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._name = TOKEN_HEADER.lower().encode()
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] == "http":
            given = next((value for name, value in scope["headers"] if name == self._name), b"")
            if not hmac.compare_digest(given, self._token):
                error = Unauthenticated("This worker answers only its own gateway.", code="bad_worker_token")
                await error_response(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)
