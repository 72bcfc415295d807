"""The HTTP contract as a page of our own: no script, nothing from elsewhere."""

import html
import json
import re
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse

from bot.gateway.pages import page_headers


def api_docs_router(app: FastAPI) -> APIRouter:
    """`/api/docs`, rendered from the application's own OpenAPI document."""
    router = APIRouter(include_in_schema=False)

    @router.get("/api/docs")
    async def docs() -> HTMLResponse:
        return HTMLResponse(render(app.openapi()), headers=page_headers())

    return router


def render(document: dict[str, Any]) -> str:
    """An OpenAPI document as HTML: every route with what it takes and answers."""
    schemas = document.get("components", {}).get("schemas", {})
    groups: dict[str, list[str]] = {}
    for path, methods in document.get("paths", {}).items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or ["other"])[0]
            groups.setdefault(tag, []).append(_operation(method.upper(), path, operation))
    body = "".join(f"<h2>{html.escape(tag.capitalize())}</h2>{''.join(rows)}" for tag, rows in groups.items())
    shapes = "".join(_schema(name, schema) for name, schema in sorted(schemas.items()))
    title = html.escape(document["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}: HTTP contract</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/assets/help.css"></head><body><main class="page docs">'
        f"<h1>{title}: HTTP contract</h1><p>{html.escape(document['info'].get('description', ''))} "
        'As a document for programs: <a href="/api/openapi.json">/api/openapi.json</a>.</p>'
        f"{body}<h2>Shapes</h2>{shapes}</main></body></html>"
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parameters = "".join(
        f"<li><code>{html.escape(p['name'])}</code> ({p['in']}{', required' if p.get('required') else ''})</li>"
        for p in operation.get("parameters", [])
    )
    takes = _content(operation.get("requestBody", {}))
    answers = "".join(
        f"<li>{html.escape(status)} {_content(answer) or html.escape(answer.get('description', ''))}</li>"
        for status, answer in operation.get("responses", {}).items()
    )
    return (
        f"<section><h3><code>{method} {html.escape(path)}</code></h3>"
        f"<p>{_prose(operation.get('description') or operation.get('summary', ''))}</p>"
        + (f"<h4>Parameters</h4><ul>{parameters}</ul>" if parameters else "")
        + (f"<p>Takes {takes}</p>" if takes else "")
        + f"<h4>Answers</h4><ul>{answers}</ul></section>"
    )


def _prose(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _content(holder: dict[str, Any]) -> str:
    schema = holder.get("content", {}).get("application/json", {}).get("schema", {})
    name = str(schema.get("$ref", "")).rsplit("/", 1)[-1]
    return f'<a href="#{html.escape(name)}">{html.escape(name)}</a>' if name else ""


def _schema(name: str, schema: dict[str, Any]) -> str:
    shown = html.escape(json.dumps(schema.get("properties", schema), indent=1, ensure_ascii=False))
    return f'<details id="{html.escape(name)}"><summary>{html.escape(name)}</summary><pre>{shown}</pre></details>'
