"""Errors as HTTP: one form, the fitting status, never a traceback."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from bot.errors import (
    BatonError,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    RateLimited,
    StaleWrite,
    Unauthenticated,
    Unavailable,
)

log = logging.getLogger(__name__)

STATUS: dict[type[BatonError], int] = {
    InvalidInput: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    StaleWrite: 412,
    RateLimited: 429,
    Unavailable: 503,
}
CODES = {400: "bad_request", 401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed"}


def status_of(error: BatonError) -> int:
    """The HTTP status of an error; 500 for one that no edge knows."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


def error_body(code: str, message: str, details: dict[str, Any] | None = None) -> dict[str, Any]:
    """The one form of every error."""
    return {"error": {"code": code, "message": message, "details": details or {}}}


def install_error_handlers(app: FastAPI, not_found_page: Callable[[], Response] | None = None) -> None:
    """Answer every error of the application in the one form; a person whose browser asks for a page that there is not
    gets `not_found_page`."""

    @app.exception_handler(BatonError)
    async def _baton(_: Request, error: BatonError) -> JSONResponse:
        headers = {}
        if "retry_after" in error.details:
            headers["Retry-After"] = str(math.ceil(float(error.details["retry_after"])))
        if isinstance(error, Unauthenticated):
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse(error_body(error.code, error.message, error.details), status_of(error), headers=headers)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        problems = [
            {"field": ".".join(str(part) for part in problem["loc"] if part != "body"), "problem": problem["msg"]}
            for problem in error.errors()
        ]
        broken_json = any(problem["type"] == "json_invalid" for problem in error.errors())
        code, message = (
            ("bad_json", "The body is not valid JSON.") if broken_json else ("invalid_input", _words(problems))
        )
        return JSONResponse(error_body(code, message, {"problems": problems}), 400 if broken_json else 422)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404 and not_found_page is not None and _wants_page(request):
            return not_found_page()
        code = CODES.get(error.status_code, "error")
        return JSONResponse(error_body(code, str(error.detail)), error.status_code, headers=dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> JSONResponse:
        log.error("unexpected error at %s %s", request.method, request.url.path, exc_info=error)
        return JSONResponse(error_body("internal", "Something went wrong on our side. Please try again."), 500)


def _wants_page(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return request.method == "GET" and not request.url.path.startswith("/api/") and "text/html" in accepted


def _words(problems: list[dict[str, str]]) -> str:
    first = problems[0]
    return f"{first['field']}: {first['problem']}" if first["field"] else first["problem"]
