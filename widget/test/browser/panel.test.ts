/** The widget in a real browser, on the demo shop, against a service that plays by the contracts. */
import type { Browser, FrameLocator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { executablePath, startChromium } from "../chromium";
import { MockService } from "../mock-service";
import { articles, orderCard } from "../sample";

describe.skipIf(!executablePath)("the panel", () => {
  let browser: Browser;
  let service: MockService;
  let page: Page;
  let panel: FrameLocator;
  let complaints: string[];

  beforeAll(async () => void (browser = await startChromium()));
  afterAll(() => browser.close());
  beforeEach(async () => {
    service = new MockService(process.cwd());
    service.bot("Hello, I am the assistant.", {
      quick_replies: [{ title: "Where is my order?", payload: "/order_status" }],
    });
    const url = await service.start();
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    panel = page.frameLocator("iframe");
    complaints = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on(
      "console",
      (line) => line.type() === "error" && !/WebSocket|ERR_/.test(line.text()) && complaints.push(line.text()),
    );
    await page.goto(url);
  });
  afterEach(async () => {
    await page.context().close();
    await service.stop();
    expect(complaints).toEqual([]);
  });

  const launcher = () => page.locator(".launcher");
  const field = () => panel.getByRole("textbox", { name: "Write a message" });
  const log = () => panel.getByRole("log");
  async function open(): Promise<void> {
    await launcher().click();
    await panel.getByText("Hello, I am the assistant.").waitFor();
  }
  async function write(text: string): Promise<void> {
    await field().fill(text);
    await field().press("Enter");
  }
  async function eventually(check: () => boolean | Promise<boolean>): Promise<void> {
    await expect.poll(check, { timeout: 10_000 }).toBe(true);
  }

  it("loads nothing of the panel before it is wanted", async () => {
    await launcher().waitFor();
    expect(await page.locator("iframe").count()).toBe(0);
    expect(service.received).toEqual([]);
  });

  it("answers a question with text, source and card", async () => {
    service.onMessage = () =>
      service.bot("It is **on its way**.", {
        cards: [orderCard],
        sources: [
          { title: "Track a parcel", url: "/help/track-a-parcel" },
          { title: "Bad", url: "javascript:alert(1)" },
        ],
      });
    await open();
    await write("Where is 1042?");
    await log().getByText("on its way", { exact: true }).waitFor();
    expect(await panel.getByRole("group", { name: "Order 1042" }).getByRole("listitem").count()).toBe(4);
    expect(await panel.locator('[aria-current="step"]').innerText()).toBe("On its way");
    expect(await panel.getByRole("link", { name: "Track a parcel" }).getAttribute("rel")).toBe("noopener");
    expect(await panel.getByText("Bad").count()).toBe(0);
  });

  it("sends a quick reply with its payload and takes the buttons away", async () => {
    await open();
    await panel.getByRole("button", { name: "Where is my order?" }).click();
    await eventually(() => service.sent("message").length === 1);
    expect(service.sent("message")[0]).toMatchObject({ text: "Where is my order?", payload: "/order_status" });
    await panel.getByRole("button", { name: "Where is my order?" }).waitFor({ state: "detached" });
  });

  it("breaks lines with Shift and Enter, and sends them as one message", async () => {
    await open();
    await field().fill("one");
    await field().press("Shift+Enter");
    await field().pressSequentially("two");
    await field().press("Enter");
    await eventually(() => service.sent("message").length === 1);
    expect(service.sent("message")[0]?.["text"]).toBe("one\ntwo");
  });

  it("keeps the conversation over a reload", async () => {
    await open();
    await write("Remember me");
    await log().getByText("Remember me").waitFor();
    await page.reload();
    await launcher().click();
    await log().getByText("Remember me").waitFor();
    expect(await log().getByText("Remember me").count()).toBe(1);
    expect(await log().getByText("Hello, I am the assistant.").count()).toBe(1);
  });

  it("loses and doubles nothing when the connection falls while a message is on its way", async () => {
    await open();
    service.silent = true;
    await write("Is anybody there?");
    await eventually(() => service.sent("message").length === 1);
    service.cut();
    service.silent = false;
    await eventually(() =>
      service.log.some(({ event }) => event.kind === "message" && event.text === "Is anybody there?"),
    );
    await panel.getByText("Delivered").waitFor();
    expect(await log().getByText("Is anybody there?").count()).toBe(1);
    expect(new Set(service.sent("message").map((frame) => frame["client_message_id"])).size).toBe(1);
  });

  it("keeps what is written without a connection, over a reload too, and sends it afterwards", async () => {
    await open();
    service.down = true;
    service.cut();
    await panel.getByText("No connection. What you write is kept").waitFor();
    await write("Written in a tunnel");
    await panel.getByText("Will be sent when you are back online").waitFor();
    await page.reload();
    await launcher().click();
    await log().getByText("Written in a tunnel").waitFor();
    service.down = false;
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await panel.locator("html").evaluate(() => dispatchEvent(new Event("online")));
    await eventually(() => service.sent("message").length > 0);
    await panel.getByText("Delivered").waitFor();
    expect(await log().getByText("Written in a tunnel").count()).toBe(1);
  });

  it("gets through by long polling where sockets are blocked", async () => {
    service.socketsBlocked = true;
    service.onMessage = (text) => service.bot(`Heard: ${text}`);
    await launcher().click();
    await panel.getByText("Hello, I am the assistant.").waitFor();
    await write("no sockets here");
    await log().getByText("Heard: no sockets here").waitFor();
    expect(await log().getByText("no sockets here", { exact: true }).count()).toBe(1);
  });

  it("explains a refusal and sends again when asked", async () => {
    await open();
    service.refusal = { code: "bad_frame", message: "The message could not be read." };
    await write("Odd words");
    await panel.getByText("Not sent. The message could not be read.").waitFor();
    await panel.getByRole("button", { name: "Try again" }).click();
    await panel.getByText("Delivered").waitFor();
  });

  it("waits by itself when the server asks for patience", async () => {
    await open();
    service.refusal = { code: "rate_limited", message: "Slower, please.", retry_after: 1 };
    await write("Quick words");
    await panel.getByText("Sending again in a moment").waitFor();
    await panel.getByText("Delivered").waitFor();
  });

  it("follows a handover: queue, place, agent, reading marks, end and rating", async () => {
    await open();
    await write("This is the third time");
    await panel.getByRole("button", { name: "Menu" }).click();
    await panel.getByRole("menuitem", { name: "Talk to a person" }).click();
    await panel.getByText("You are number 2 in line.").waitFor();
    await panel.getByText("about 3 minutes").waitFor();
    service.push({ kind: "queue", position: 1, eta_seconds: 40 });
    await panel.getByText("You are next.").waitFor();
    service.to("agent", { agent: { name: "Mara Lindholm" } });
    service.agent("Mara Lindholm", "I have read everything.");
    await panel.getByRole("heading", { name: "Mara Lindholm", level: 1 }).waitFor();
    await write("Thank you");
    service.push({ kind: "read", by: "agent", seq: service.log.at(-1)?.seq ?? 0 });
    service.broadcast({ type: "typing", by: "agent", active: true });
    await panel.getByText("Mara Lindholm is writing").waitFor();
    await panel.getByRole("button", { name: "Menu" }).click();
    await panel.getByRole("menuitem", { name: "End conversation" }).click();
    await panel.getByRole("dialog").getByRole("button", { name: "End conversation" }).click();
    await panel.getByRole("radio", { name: "5, Very good" }).check({ force: true });
    await panel.getByRole("textbox", { name: /Anything to add/ }).fill("Mara was great");
    await panel.getByRole("button", { name: "Send rating" }).click();
    await panel.getByText("Thank you. Your rating is noted.").waitFor();
    expect(service.sent("feedback")[0]).toMatchObject({ kind: "csat", score: 5, comment: "Mara was great" });
  });

  it("keeps the end of the log in view, unless the reader has scrolled up", async () => {
    for (let count = 1; count <= 30; count += 1) service.bot(`line ${count}`);
    await launcher().click();
    const end = () => panel.locator(".p-log").evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
    await log().getByText("line 30").waitFor();
    service.to("closed");
    service.system("This conversation is closed.");
    service.push({ kind: "feedback_request" });
    await panel.getByRole("radio", { name: "4, Good" }).waitFor();
    await eventually(async () => (await end()) < 2);
    await panel.getByRole("radio", { name: "4, Good" }).check({ force: true });
    await panel.getByRole("button", { name: "Send rating" }).waitFor();
    await eventually(async () => (await end()) < 2);
    await panel.locator(".p-log").evaluate((log) => (log.scrollTop = 100));
    await eventually(async () => (await end()) > 500);
    service.bot("one more");
    await panel.getByRole("button", { name: "New messages" }).click();
    await eventually(async () => (await end()) < 2);
  });

  it("goes back to the assistant from the queue", async () => {
    await open();
    service.to("queued", { queue: { position: 4, eta_seconds: null } });
    await panel.getByText("You are number 4 in line.").waitFor();
    await panel.getByRole("button", { name: "Go on with the assistant" }).click();
    await eventually(() => service.sent("back_to_bot").length === 1);
    await panel.getByText("You are number 4 in line.").waitFor({ state: "detached" });
  });

  it("takes an address when nobody is there", async () => {
    await open();
    service.to("offline", {});
    await panel.getByRole("textbox", { name: "E-mail" }).fill("anna.keller");
    await panel.getByRole("button", { name: "Leave e-mail" }).click();
    await panel.getByText("Enter an address like").waitFor();
    await panel.getByRole("textbox", { name: "E-mail" }).fill("anna.keller@example.com");
    await panel.getByRole("button", { name: "Leave e-mail" }).click();
    await eventually(() => service.sent("message").length === 1);
    expect(service.sent("message")[0]?.["text"]).toBe("My e-mail is anna.keller@example.com");
    await panel.getByRole("textbox", { name: "E-mail" }).waitFor({ state: "detached" });
  });

  it("searches the help pages and carries the words into the chat", async () => {
    service.help.push(...articles);
    await open();
    await panel.getByRole("button", { name: "Search our help pages" }).click();
    await panel.getByRole("searchbox").fill("return");
    await panel.getByRole("link", { name: /Our return policy/ }).waitFor();
    await panel.getByRole("searchbox").fill("spaceship");
    await panel.getByText('Nothing found for "spaceship".').waitFor();
    await panel.getByRole("button", { name: "Ask in the chat instead" }).click();
    expect(await field().inputValue()).toBe("spaceship");
  });

  it("says how much too long a text is, and does not send it", async () => {
    await open();
    await field().fill("x".repeat(4012));
    await panel.getByText("12 characters too long.").waitFor();
    await field().press("Enter");
    expect(await panel.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    expect(service.sent("message")).toEqual([]);
  });

  it("shows what customers and bots write as text, whatever it is", async () => {
    await open();
    await write("<img src=x onerror=alert(1)>");
    service.bot("<script>alert(2)</script> [click](javascript:alert(3))");
    await log().getByText("<img src=x onerror=alert(1)>").waitFor();
    await log().getByText("<script>alert(2)</script>").waitFor();
    expect(await log().locator("img, script, a[href^=javascript]").count()).toBe(0);
  });

  it("counts what comes while it is closed, on the button and in the title", async () => {
    await open();
    await write("Hello");
    await panel.getByRole("button", { name: "Close chat" }).click();
    service.bot("Good news");
    await page.getByRole("button", { name: "Chat with Fernhill Outdoor, 1 new message" }).waitFor();
    await launcher().click();
    await eventually(() => service.sent("read").length > 0);
    expect(await page.locator(".badge").isVisible()).toBe(false);
  });

  it("hears of news on the next page without being opened", async () => {
    await open();
    await write("I will look around meanwhile");
    await log().getByText("I will look around meanwhile").waitFor();
    await panel.getByRole("button", { name: "Close chat" }).click();
    await page.reload();
    await page.locator("iframe").waitFor({ state: "attached" });
    await eventually(() => service.sent("message").length === 1);
    service.bot("Here you are");
    await page.getByRole("button", { name: /1 new message/ }).waitFor();
  });

  it("closes with Esc and gives the focus back to where it was", async () => {
    const ask = page.getByRole("button", { name: "Where is my order?" });
    await ask.focus();
    await page.keyboard.press("Enter");
    await panel.getByText("Hello, I am the assistant.").waitFor();
    await eventually(() => field().evaluate((element) => element === document.activeElement));
    expect(await field().inputValue()).toBe("Where is my order 1042?");
    await page.keyboard.press("Escape");
    await eventually(() => ask.evaluate((element) => element === document.activeElement));
  });

  it("is worked by keyboard alone", async () => {
    await launcher().focus();
    await page.keyboard.press("Enter");
    await eventually(() => field().evaluate((element) => element === document.activeElement));
    await page.keyboard.type("typed");
    await page.keyboard.press("Enter");
    await log().getByText("typed").waitFor();
    await panel.getByRole("button", { name: "Menu" }).focus();
    await page.keyboard.press("Enter");
    await panel.getByRole("menu").waitFor();
    await eventually(() =>
      panel
        .getByRole("menuitem")
        .first()
        .evaluate((item) => item === document.activeElement),
    );
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await panel.getByRole("searchbox").waitFor();
    await page.keyboard.press("Escape");
    await panel.getByRole("searchbox").waitFor({ state: "detached" });
    expect(await page.locator(".panel.closed").count()).toBe(0);
  });

  it("saves the conversation as a file", async () => {
    await open();
    await write("For the record");
    await log().getByText("For the record").waitFor();
    await panel.getByRole("button", { name: "Menu" }).click();
    const download = page.waitForEvent("download");
    await panel.getByRole("menuitem", { name: "Save conversation" }).click();
    expect((await download).suggestedFilename()).toBe("conversation.txt");
  });

  it("begins a new session when the old one has expired", async () => {
    await open();
    await write("Long ago");
    await log().getByText("Long ago").waitFor();
    service.expired = true;
    service.log = [];
    service.bot("Hello again.");
    service.cut(4401);
    await panel.getByText("Hello again.").waitFor();
    expect(await log().getByText("Long ago").count()).toBe(0);
  });

  it("shows a part of a very long log, and the rest on request", async () => {
    for (let count = 1; count <= 200; count += 1) service.bot(`line ${count}`);
    await launcher().click();
    await log().getByText("line 200").waitFor();
    expect(await log().getByText("line 7", { exact: true }).count()).toBe(0);
    await panel.getByRole("button", { name: "Show earlier messages" }).click();
    await log().getByText("line 7", { exact: true }).waitFor();
  });
});
