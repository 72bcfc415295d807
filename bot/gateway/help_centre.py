"""The help centre: the knowledge base's articles as pages that customers and search engines can read."""

import html
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any, Protocol

import nh3
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from markdown_it import MarkdownIt

from bot.errors import NotFound
from bot.gateway.limits import Limits
from bot.gateway.origins import Origins
from bot.gateway.pages import Pages

TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "a", "table", "thead", "tbody", "tr", "th", "td",
        "code", "pre", "blockquote", "br", "hr"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HelpArticle:
    """An article as its page shows it. `body` is Markdown."""

    id: str
    title: str
    topic: str
    body: str
    updated: str
    next: tuple[tuple[str, str], ...] = ()  # (title, article id)


class HelpArticles(Protocol):
    """Where the help centre finds its articles: only those meant for customers."""

    def all(self) -> Iterable[HelpArticle]:
        """Every article."""
        ...

    def get(self, article_id: str) -> HelpArticle | None:
        """One article, None if there is none or it is not for customers."""
        ...


def markdown_to_html(text: str) -> str:
    """Safe HTML of an article's Markdown: known tags only, links without opener."""
    rendered = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return nh3.clean(rendered, tags=TAGS, attributes={"a": {"href"}}, link_rel="noopener noreferrer")


def help_router(
    pages: Pages,
    articles: HelpArticles,
    search_help: Callable[[str], Awaitable[list[dict[str, Any]]]],
    limits: Limits,
    origins: Origins,
) -> APIRouter:
    """`/help` with search and `/help/ARTICLE`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/help")
    async def index(request: Request, q: Annotated[str, Query(max_length=500)] = "") -> HTMLResponse:
        query = q.strip()
        if query:
            await limits.search(origins.address(request))
            content = _results(query, await search_help(query))
        else:
            content = _topics(articles.all())
        return pages.page("help", {"title": "Help", "content": content, "query": html.escape(query, quote=True)})

    @router.get("/help/{article_id}")
    async def article(article_id: str) -> HTMLResponse:
        found = articles.get(article_id)
        if found is None:
            return not_found_page(pages, "article")
        return pages.page("help", {"title": html.escape(found.title), "content": _article(found), "query": ""})

    @router.get("/api/v1/help/articles/{article_id}")
    async def article_json(article_id: str) -> dict[str, Any]:
        found = articles.get(article_id)
        if found is None:
            raise NotFound("There is no such article.")
        return {"article_id": found.id, "title": found.title, "body": found.body, "updated": found.updated}

    return router


def not_found_page(pages: Pages, what: str = "page") -> HTMLResponse:
    """Where a person ends up whose link leads nowhere, with the ways on."""
    words = (
        f"<h1>There is no such {what}</h1><p>It may have moved. Search above, or go to "
        '<a href="/help">all topics</a> or <a href="/">the shop</a>.</p>'
    )
    return pages.page("help", {"title": "Not found", "content": words, "query": ""}, status=404)


def _article(article: HelpArticle) -> str:
    follow = "".join(
        f'<li><a href="/help/{html.escape(id_)}">{html.escape(title)}</a></li>' for title, id_ in article.next
    )
    after = f"<nav><h2>Next</h2><ul>{follow}</ul></nav>" if follow else ""
    return (
        f'<article><p class="crumbs"><a href="/help">Help</a> / {html.escape(_topic(article.topic))}</p>'
        f"<h1>{html.escape(article.title)}</h1>{markdown_to_html(article.body)}"
        f'<p class="updated">Updated {html.escape(article.updated)}</p></article>{after}'
    )


def _topics(articles: Iterable[HelpArticle]) -> str:
    ordered = sorted(articles, key=lambda article: (article.topic, article.title))
    sections = []
    for topic, group in groupby(ordered, key=lambda article: article.topic):
        links = "".join(f'<li><a href="/help/{html.escape(a.id)}">{html.escape(a.title)}</a></li>' for a in group)
        sections.append(f"<section><h2>{html.escape(_topic(topic))}</h2><ul>{links}</ul></section>")
    return f'<h1>How can we help?</h1><div class="topics">{"".join(sections)}</div>'


def _results(query: str, items: list[dict[str, Any]]) -> str:
    if not items:
        return (
            f"<h1>Nothing found for &ldquo;{html.escape(query)}&rdquo;</h1>"
            "<p>Try other words, or ask in the chat: a person can help where an article cannot.</p>"
        )
    rows = "".join(
        f'<li><a href="{html.escape(item["url"])}">{html.escape(item["title"])}</a>'
        f"<p>{html.escape(item['snippet'])}</p></li>"
        for item in items
    )
    return f'<h1>Results for &ldquo;{html.escape(query)}&rdquo;</h1><ol class="results">{rows}</ol>'


def _topic(topic: str) -> str:
    return topic.replace("-", " ").capitalize()
