"""Pages and their files: the demo shop, the widget's panel and loader, the staff's pages. A CSP on every page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from bot.errors import NotFound

TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "frame-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
}
PAGES = {"/": "demo", "/desk": "desk", "/studio": "studio", "/insight": "insight"}


class Pages:
    """The built front end on disk: `dist` files and page templates."""

    def __init__(self, widget_dir: Path, frame_ancestors: tuple[str, ...]) -> None:
        self._dist = widget_dir / "dist"
        self._pages = widget_dir / "pages"
        self._frame_ancestors = " ".join(("'self'", *frame_ancestors))

    def page(self, name: str, values: Mapping[str, str] | None = None, *, status: int = 200) -> HTMLResponse:
        """A template with `{{name}}` values (already safe HTML) filled in; NotFound if there is none."""
        path = self._pages / f"{name}.html"
        if not path.is_file():
            raise NotFound("There is no such page.")
        text = path.read_text(encoding="utf-8")
        for key, value in (values or {}).items():
            text = text.replace("{{" + key + "}}", value)
        ancestors = self._frame_ancestors if name == "panel" else "'none'"
        return HTMLResponse(text, status, headers=page_headers(ancestors))

    def file(self, name: str, request: Request) -> Response:
        """A built file, revalidated by its ETag so that an update is seen at once."""
        path = (self._dist / name).resolve()
        if not path.is_relative_to(self._dist.resolve()) or path.suffix not in TYPES or not path.is_file():
            raise NotFound("There is no such file.")
        etag = f'"{hashlib.sha256(path.read_bytes()).hexdigest()[:20]}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        if name == "widget.js":
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # shops on other origins load it by a script tag
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return FileResponse(path, media_type=TYPES[path.suffix], headers=headers)


def page_headers(frame_ancestors: str = "'none'") -> dict[str, str]:
    """Security headers of an HTML page."""
    policy = {**STRICT, "frame-ancestors": frame_ancestors}
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cache-Control": "no-cache",
    }
    if frame_ancestors == "'none'":
        headers["X-Frame-Options"] = "DENY"
    return headers


def pages_router(pages: Pages) -> APIRouter:
    """The pages at the root of the service."""
    router = APIRouter(include_in_schema=False)

    def serve(name: str, path: str) -> None:
        @router.get(path)
        async def page() -> HTMLResponse:
            return pages.page(name)

    for path, name in PAGES.items():
        serve(name, path)
    serve("panel", "/widget/panel")

    @router.get("/widget.js")
    async def loader(request: Request) -> Response:
        return pages.file("widget.js", request)

    @router.get("/assets/{name}")
    async def asset(name: str, request: Request) -> Response:
        return pages.file(name, request)

    return router
