"""Pages as a person's browser asks for them."""

import pytest
from fastapi import FastAPI

from bot.gateway.api_docs import render
from tests.support.house import House

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
async def house():
    async with House() as house:
        yield house


@pytest.mark.parametrize("path", ["/nothing-here", "/help/no-such-article", "/widget/nothing"])
async def test_a_link_that_leads_nowhere_shows_the_ways_on(house, path):
    answer = await house.http.get(path, headers=BROWSER)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert 'href="/help"' in answer.text
    assert 'href="/"' in answer.text


@pytest.mark.parametrize(("path", "headers"), [("/nothing-here", {}), ("/api/v1/nothing", BROWSER)])
async def test_programs_get_the_error_in_the_one_form(house, path, headers):
    answer = await house.http.get(path, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_the_contract_shows_code_as_code_and_nothing_as_markup() -> None:
    app = FastAPI(title="A & B")

    @app.get("/x", description="Takes `a<b` & nothing else.")
    def x() -> None:
        return None

    page = render(app.openapi())
    assert "<p>Takes <code>a&lt;b</code> &amp; nothing else.</p>" in page
    assert "<h1>A &amp; B: HTTP contract</h1>" in page
