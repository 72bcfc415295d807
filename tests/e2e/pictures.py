"""The pictures of `docs/pictures`: every page of the running product, with invented people.

`python -m tests.e2e.pictures` prepares an installation (or takes a copy of `--prepared DIR`), serves it, lets three
customers talk to it and an agent answer one of them, and photographs what each of them sees.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.e2e.test_journey_browser import PATIENCE, Widget, browser, page_of, sign_in
from tests.support.running import ROOT, RunningService, baton

OUT = ROOT / "docs" / "pictures"
DESK = {"viewport": {"width": 1360, "height": 850}}
SHOP = {"viewport": {"width": 1180, "height": 760}}
PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
QUALITY = 66


async def photograph(page: Page, name: str, selector: str | None = None) -> None:
    """Write `name`.webp: the window, or the box of one element of it."""
    await page.wait_for_timeout(400)  # transitions take up to 180 ms
    clip = await page.locator(selector).bounding_box() if selector else None
    session = await page.context.new_cdp_session(page)
    wanted = {"format": "webp", "quality": QUALITY} | ({"clip": {**clip, "scale": 1}} if clip else {})
    taken = await session.send("Page.captureScreenshot", wanted)
    path = OUT / f"{name}.webp"
    path.write_bytes(base64.b64decode(taken["data"]))
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1000:.0f} KB")


async def shop_page(chromium: Browser, service: RunningService, **options: object) -> Widget:
    """The demo shop with its widget open."""
    page = await page_of(chromium, [], **options)
    await page.goto(service.base + "/")
    widget = Widget(page)
    await widget.open()
    return widget


async def staff_page(chromium: Browser, service: RunningService, where: str, role: str, **options: object) -> Page:
    """A page of the staff, signed in."""
    page = await page_of(chromium, [], **(DESK | options))
    await page.goto(service.base + where)
    await sign_in(page, service, role)
    return page


async def anna_asks(widget: Widget) -> None:
    """An answer with its source, and an order after its owner is known."""
    await widget.say("How long do I have to send something back?")
    await widget.reads("60 days")
    await widget.say("And where is my order 1042? My e-mail is anna.keller@example.com")
    await widget.reads("Ridgeline 2")


async def customers(chromium: Browser, service: RunningService) -> Widget:
    """Widget, wide, phone and dark; the second customer waits for a person afterwards. The first one's widget."""
    anna = await shop_page(chromium, service, **SHOP)
    await anna_asks(anna)
    await photograph(anna.page, "widget")

    ben = await shop_page(chromium, service, **PHONE)
    await ben.say("Can I wash my down jacket in the machine?")
    await ben.reads("30")
    await photograph(ben.page, "widget-phone")
    await ben.say("Two of its seams came apart after one week. I would like to talk to a person, please.")
    await expect(ben.frame.locator("body")).to_contain_text("You are next", timeout=PATIENCE)

    cleo = await shop_page(chromium, service, **PHONE, color_scheme="dark")
    await anna_asks(cleo)
    await photograph(cleo.page, "widget-dark")
    return anna


async def agent_at_work(desk: Page, service: RunningService, anna: Widget) -> None:
    """The desk with the packet and an answer, light and dark; somebody else waits."""
    await anna.say("It should have been here last week. This is the third time, I am really angry, get me somebody!")
    await expect(anna.frame.locator("body")).to_contain_text("in line", timeout=PATIENCE)
    found = service.staff("agent").get("/agent/conversations", q="third time").json()["items"]
    await desk.goto(f"{service.base}/desk#{found[0]['id']}")
    await desk.get_by_role("button", name="Claim", exact=True).click()
    reply = desk.get_by_role("textbox", name="Reply")
    await reply.fill("I am sorry, Anna. I have your parcel on my screen and am calling the carrier now.")
    await reply.press("Enter")
    await anna.reads("calling the carrier")
    await anna.say("Thank you. I need it before Saturday.")
    await expect(desk.get_by_role("log")).to_contain_text("before Saturday", timeout=PATIENCE)
    await photograph(desk, "desk")
    await desk.emulate_media(color_scheme="dark")
    await photograph(desk, "desk-dark")


async def back_office(chromium: Browser, service: RunningService) -> None:
    """Studio and insight."""
    studio = await staff_page(chromium, service, "/studio", "editor")
    await expect(studio.get_by_role("main")).to_be_visible(timeout=PATIENCE)
    await studio.wait_for_load_state("networkidle")
    await photograph(studio, "studio")

    insight = await staff_page(chromium, service, "/insight", "admin")
    await expect(insight.locator("body")).to_contain_text("Asked for a person", timeout=PATIENCE)
    await photograph(insight, "insight")


async def help_centre(chromium: Browser, service: RunningService) -> None:
    """An article as everybody reads it."""
    page = await page_of(chromium, [], **SHOP)
    await page.goto(service.base + "/help/return-policy")
    await photograph(page, "help")


async def take(service: RunningService) -> None:
    """All of them, in one browser."""
    async with browser() as chromium:
        desk = await staff_page(chromium, service, "/desk", "agent")
        await desk.get_by_label("Your presence").select_option("online")
        anna = await customers(chromium, service)
        await help_centre(chromium, service)
        await agent_at_work(desk, service, anna)
        await back_office(chromium, service)


def main() -> None:
    """Serve an installation of its own, take the pictures, stop it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prepared", type=Path, help="a state directory that `baton setup` has filled")
    prepared = parser.parse_args().prepared
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        state = Path(place) / "var"
        if prepared:
            shutil.copytree(prepared, state, ignore=shutil.ignore_patterns("baton.sqlite3*", "first-accounts.txt"))
        done = baton("setup", "--json", state=state, timeout=900)
        assert done.returncode == 0, done.stderr
        service = RunningService(state).start()
        try:
            asyncio.run(take(service))
        finally:
            with suppress(Exception):
                service.stop()


if __name__ == "__main__":
    main()
