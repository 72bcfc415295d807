"""The customer edge as one: routes, CORS allow-list and request figures put on an application."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.gateway.help_centre import HelpArticles, help_router
from bot.gateway.metrics import GatewayMetrics
from bot.gateway.pages import Pages, pages_router
from bot.gateway.socket import SocketParts
from bot.gateway.widget_api import widget_router

API = "/api/v1"
LARGEST_BODY = 1024 * 1024


def add_customer_edge(
    app: FastAPI,
    parts: SocketParts,
    pages: Pages,
    articles: HelpArticles,
    search_help: Callable[[str], Awaitable[list[dict[str, Any]]]],
    *,
    operator_secret: str,
    now: Callable[[], datetime],
) -> None:
    """Put every customer route, the help centre and the pages on `app`."""
    widget = widget_router(parts, operator_secret=operator_secret, now=now, search_help=search_help)
    app.include_router(widget, prefix=API)
    app.include_router(help_router(pages, articles, search_help, parts.limits, parts.origins))
    app.include_router(pages_router(pages))
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(parts.origins.allowed),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type"],
        max_age=600,
    )
    app.add_middleware(BodyLimit, largest=LARGEST_BODY)
    app.add_middleware(RequestFigures, metrics=parts.metrics)


class BodyLimit:
    """Refuses a request whose body is announced or turns out larger than a megabyte: nothing here needs one."""

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if announced.isdigit() and int(announced) > self._largest:
            await _drain(receive)
            await _too_large(send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._largest:
                return {"type": "http.disconnect"}
            return message

        await self._app(scope, counted, send)


async def _drain(receive: Receive) -> None:
    """Read on for a while: a client that is cut off while it still sends never sees the answer."""
    left = 8 * LARGEST_BODY
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if not message.get("more_body"):
            return


async def _too_large(send: Send) -> None:
    body = b'{"error":{"code":"body_too_large","message":"A request may hold at most 1 MiB.","details":{}}}'
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": [*headers, (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": body})


class RequestFigures:
    """Times requests by their route's pattern, never by the path a customer sent."""

    def __init__(self, app: ASGIApp, metrics: GatewayMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            figure = self._metrics.requests.labels(scope["method"], route, str(status))
            figure.observe(time.perf_counter() - started)
