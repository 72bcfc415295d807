"""The staff's pages in a real browser: two agents at one conversation, a broken line, an ended session, two editors."""

import asyncio
import re
import shutil

import pytest
from playwright.async_api import expect

from tests.e2e.test_journey_browser import PATIENCE, browser, page_of, sign_in
from tests.support.running import ROOT, RunningService

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(240)]

WIDE = {"viewport": {"width": 1440, "height": 900}}


@pytest.fixture(scope="module")
def service(prepared_state, tmp_path_factory):
    """A service with content of its own, so that editors may change it."""
    place = tmp_path_factory.mktemp("staff")
    shutil.copytree(prepared_state, place / "var")
    shutil.copytree(ROOT / "data", place / "data")
    running = RunningService(place / "var", BATON_DATA_DIR=str(place / "data"))
    yield running.start()
    running.stop()


async def desk_of(chromium, service, role):
    page = await page_of(chromium, [], **WIDE)
    await page.goto(service.base + "/desk")
    await sign_in(page, service, role)
    await page.get_by_label("Your presence").select_option("online")
    return page


async def show(page, service, conversation_id):
    await page.goto(f"{service.base}/desk#{conversation_id}")
    await expect(page.get_by_role("log")).to_be_visible(timeout=PATIENCE)


def queued(service, text="my parcel never arrived"):
    customer = service.customer()
    customer.post(text)
    customer.send(type="request_human", client_message_id=str(customer.id))
    customer.until(lambda f: f.get("event", {}).get("to") == "queued")
    return customer


def heard_from_agents(service, customer):
    found = service.staff("agent").get(f"/agent/conversations/{customer.id}").json()
    return [
        logged["event"]["text"]
        for logged in found["events"]
        if logged["event"]["kind"] == "message" and logged["event"]["author"]["kind"] == "agent"
    ]


async def test_two_agents_see_each_other_and_only_one_has_it(service):
    async with browser() as chromium:
        first = await desk_of(chromium, service, "agent")
        second = await desk_of(chromium, service, "admin")
        customer = queued(service)
        await show(first, service, customer.id)
        await show(second, service, customer.id)
        await expect(first.locator("body")).to_contain_text("Robin Admin is also looking", timeout=PATIENCE)

        await second.route("**/claim", lambda route: claim_after(first, route))
        await second.get_by_role("button", name="Claim", exact=True).click()
        await expect(second.locator(".b-toasts")).to_contain_text("Sam Agent has already taken", timeout=PATIENCE)
        await expect(second.get_by_role("main")).to_contain_text("With Sam Agent", timeout=PATIENCE)
        await expect(second.get_by_role("textbox", name="Reply")).to_have_count(0)

        await first.get_by_role("textbox", name="Reply").press_sequentially("One mo")
        await expect(second.locator("body")).to_contain_text("Sam Agent is writing here", timeout=PATIENCE)
        customer.close()


async def claim_after(first, route):
    """Lets the other agent's claim go first."""
    await first.get_by_role("button", name="Claim", exact=True).click()
    await expect(first.get_by_role("textbox", name="Reply")).to_be_visible(timeout=PATIENCE)
    await route.continue_()


async def test_a_note_stays_private_and_a_draft_survives_a_reload(service):
    async with browser() as chromium:
        desk = await desk_of(chromium, service, "agent")
        customer = queued(service)
        await show(desk, service, customer.id)
        await desk.keyboard.press("c")
        reply = desk.get_by_role("textbox", name="Reply")
        await reply.fill("Half a sentence")
        await expect(desk.get_by_text("Kept as a draft")).to_be_visible(timeout=PATIENCE)

        await reply.press("Escape")
        await desk.keyboard.press("n")
        note = desk.get_by_role("textbox", name="Private note")
        await expect(note).to_be_focused()
        await note.fill("Careful, third parcel lost")
        await note.press("Enter")
        await expect(desk.get_by_role("log")).to_contain_text("Private note by you", timeout=PATIENCE)

        await desk.reload()
        await expect(desk.get_by_role("textbox", name="Reply")).to_have_value("Half a sentence", timeout=PATIENCE)
        customer.settle()
        assert "third parcel" not in " ".join(customer.texts())
        transcript = service.http.get("/widget/transcript", params={"format": "txt"}, headers=customer.headers).text
        assert "third parcel" not in transcript
        customer.close()


async def test_a_reply_written_without_a_line_is_sent_once_when_it_is_back(service):
    async with browser() as chromium:
        desk = await desk_of(chromium, service, "agent")
        customer = queued(service)
        await show(desk, service, customer.id)
        await desk.keyboard.press("c")
        reply = desk.get_by_role("textbox", name="Reply")
        await expect(reply).to_be_visible(timeout=PATIENCE)
        # The request arrives, its answer is lost: the worst moment for a line to break.
        broken = asyncio.Event()

        async def deliver_but_break(route):
            await route.fetch()
            await route.abort()
            broken.set()

        await desk.route("**/messages", deliver_but_break)
        await reply.fill("Found it in Leeds")
        await reply.press("Enter")
        await asyncio.wait_for(broken.wait(), PATIENCE / 1000)
        await desk.unroute_all(behavior="wait")
        await desk.reload()
        await expect(desk.get_by_text("Sending")).to_have_count(0, timeout=PATIENCE)
        await expect(desk.get_by_role("log").get_by_text("Found it in Leeds")).to_have_count(1, timeout=PATIENCE)
        assert heard_from_agents(service, customer) == ["Found it in Leeds"]
        customer.close()


async def test_an_ended_session_asks_to_sign_in_again_and_loses_nothing(service):
    async with browser() as chromium:
        desk = await desk_of(chromium, service, "agent")
        customer = queued(service)
        await show(desk, service, customer.id)
        await desk.keyboard.press("c")
        reply = desk.get_by_role("textbox", name="Reply")
        await expect(reply).to_be_visible(timeout=PATIENCE)
        await desk.context.clear_cookies()
        # In one step: the dialog may open, and take the focus, between the two that `fill` takes.
        await reply.evaluate(
            """(area, text) => {
                area.value = text;
                area.dispatchEvent(new Event("input", { bubbles: true }));
            }""",
            "Written as the session ended",
        )
        dialog = desk.get_by_role("dialog", name="Sign in again")
        await expect(dialog).to_be_visible(timeout=PATIENCE)
        await dialog.get_by_label("Password").fill("not this one")
        await dialog.get_by_role("button", name="Sign in").click()
        await expect(dialog).to_contain_text("wrong", timeout=PATIENCE)
        await sign_in(desk, service, "agent")
        await expect(dialog).to_have_count(0, timeout=PATIENCE)
        await expect(reply).to_have_value("Written as the session ended", timeout=PATIENCE)
        customer.close()


async def test_two_editors_of_one_article_are_told_of_each_other(service):
    mine = service.staff("editor")
    name = "return-policy"
    before = mine.get(f"/studio/articles/{name}")
    async with browser() as chromium:
        studio = await page_of(chromium, [], **WIDE)
        await studio.goto(f"{service.base}/studio#articles/{name}")
        await sign_in(studio, service, "editor")
        text = studio.get_by_role("textbox", name="Text")
        await text.fill(before.json()["content"] + "\nA line of mine.\n")

        theirs = mine.http.put(
            f"/studio/articles/{name}",
            json={"content": before.json()["content"] + "\nA line of theirs.\n"},
            headers=mine.headers | {"If-Match": before.headers["ETag"]},
        )
        assert theirs.status_code == 200, theirs.text
        await studio.get_by_role("button", name="Save", exact=True).click()
        conflict = studio.get_by_role("alert").filter(has_text="Somebody else saved this")
        await expect(conflict).to_contain_text("A line of theirs.", timeout=PATIENCE)
        await expect(text).to_have_value(re.compile("A line of mine"))
        await conflict.get_by_role("button", name="Take theirs, drop mine").click()
        await expect(text).to_have_value(re.compile("A line of theirs"))

        await text.fill("---\nid: return-policy\n---\nNo title.\n")
        await studio.get_by_role("button", name="Save", exact=True).click()
        await expect(studio.get_by_role("alert")).to_contain_text("Line", timeout=PATIENCE)
