"""One journey in a real browser with two pages at once: the shop with its widget, and the desk."""

import contextlib

import pytest
from playwright.async_api import async_playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(240)]

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 40_000
expect.set_options(timeout=PATIENCE)


@contextlib.asynccontextmanager
async def browser():
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        try:
            yield chromium
        finally:
            await chromium.close()


async def page_of(chromium, problems, **context):
    """A page of its own person; what its console complains about is collected."""
    page = await (await chromium.new_context(**context)).new_page()
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" and "401" not in m.text else None)
    return page


async def sign_in(page, service, role):
    lines = (service.state / "first-accounts.txt").read_text().splitlines()
    email, password = next(line.split()[1:] for line in lines if line.split()[0] == role)
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


class Widget:
    """The panel as a customer uses it."""

    def __init__(self, page):
        self.page = page
        self.frame = page.frame_locator("iframe")
        self.log = self.frame.get_by_role("log")
        self.box = self.frame.get_by_role("textbox", name="Write a message")

    async def open(self):
        await self.page.get_by_role("button", name="Chat").first.click()
        await expect(self.log).to_contain_text("this is the assistant", timeout=PATIENCE)

    async def say(self, text):
        await self.box.fill(text)
        await self.box.press("Enter")
        await expect(self.log).to_contain_text(text, timeout=PATIENCE)

    async def reads(self, text):
        await expect(self.log).to_contain_text(text, timeout=PATIENCE)


async def test_customer_and_agent_at_once(service):
    problems: list[str] = []
    async with browser() as chromium:
        desk = await page_of(chromium, problems, viewport={"width": 1440, "height": 900})
        await desk.goto(service.base + "/desk")
        await sign_in(desk, service, "agent")
        await desk.get_by_label("Your presence").select_option("online")

        shop = await page_of(chromium, problems, viewport={"width": 1280, "height": 800})
        await shop.goto(service.base + "/")
        widget = Widget(shop)
        await widget.open()
        await widget.say("How long do I have to send something back?")
        await widget.reads("60 days")
        await expect(widget.log.get_by_role("link").first).to_have_attribute("href", "/help/return-policy")
        await widget.say("where is my order 1042?")
        await widget.reads("e-mail")
        await widget.say("anna.keller@example.com")
        await widget.reads("Ridgeline 2")

        await shop.reload()  # nothing is lost by a reload: the log comes back and the conversation goes on
        if not await widget.box.is_visible():
            await shop.get_by_role("button", name="Chat").first.click()
        await widget.reads("Ridgeline 2")

        await widget.say("This is ridiculous, I am so angry, you are useless, the worst service ever!!!")
        await expect(widget.frame.locator("body")).to_contain_text("You are next", timeout=PATIENCE)

        waiting = desk.get_by_role("tabpanel").get_by_role("button").first
        await waiting.click()
        handover = desk.get_by_role("region", name="Handover")
        await expect(handover).to_contain_text("Frustrated", timeout=PATIENCE)
        await expect(handover).to_contain_text("This is ridiculous")
        await desk.get_by_role("button", name="Claim", exact=True).click()
        await widget.reads("Sam Agent")

        reply = desk.get_by_role("textbox", name="Reply")
        await reply.fill("I am sorry about the wait. I have your parcel in front of me.")
        await reply.press("Enter")
        await widget.reads("I have your parcel in front of me.")
        await widget.say("Thank you, that helps")
        await expect(desk.get_by_role("log")).to_contain_text("Thank you, that helps", timeout=PATIENCE)

        await desk.get_by_role("button", name="Close", exact=True).click()
        await desk.get_by_role("dialog").get_by_role("button", name="Close it").click()
        await widget.frame.get_by_role("radio", name="5, Very good").check(force=True)
        await widget.frame.get_by_role("button", name="Send rating").click()
        await expect(widget.frame.locator("body")).to_contain_text("Your rating is noted", timeout=PATIENCE)

        insight = await page_of(chromium, problems, viewport={"width": 1280, "height": 900})
        await insight.goto(service.base + "/insight")
        await sign_in(insight, service, "admin")
        await expect(insight.locator("body")).to_contain_text("Frustrat", timeout=PATIENCE)
    assert problems == []
