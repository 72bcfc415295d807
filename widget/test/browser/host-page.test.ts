/** The loader on a shop of another origin with the strictest policy, and the accessibility of what is shown. */
import type { Server } from "node:http";
import { readFileSync } from "node:fs";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { executablePath, startChromium } from "../chromium";
import { MockService } from "../mock-service";
import { orderCard } from "../sample";
import { strictHost } from "../strict-host";

type BatonWindow = Window & { Baton: (...call: unknown[]) => unknown; heard: unknown[] };

describe.skipIf(!executablePath)("on a page", () => {
  let browser: Browser;
  let service: MockService;
  let host: { server: Server; url: string };

  beforeAll(async () => {
    browser = await startChromium();
    service = new MockService(process.cwd());
    service.bot("Hello, I am the assistant.", {
      quick_replies: [{ title: "Where is my order?", payload: "/order_status" }],
    });
    host = await strictHost(await service.start());
  });
  afterAll(async () => {
    await browser.close();
    host.server.close();
    await service.stop();
  });

  async function visit(
    url: string,
    options: BrowserContextOptions = {},
  ): Promise<{ page: Page; complaints: string[] }> {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (line) => line.type() === "error" && complaints.push(line.text()));
    await page.goto(url);
    await page.locator(".launcher").waitFor();
    return { page, complaints };
  }

  it("works under a strict policy with Trusted Types, and leaves the page as it was", async () => {
    const { page, complaints } = await visit(host.url);
    const before = await page.evaluate(() => document.body.outerHTML.replace(/<baton-widget>.*<\/baton-widget>/, ""));
    await page.locator(".launcher").click();
    await page.frameLocator("iframe").getByText("Hello, I am the assistant.").waitFor();
    const after = await page.evaluate(() => document.body.outerHTML.replace(/<baton-widget>.*<\/baton-widget>/, ""));
    expect(after).toBe(before);
    expect(await page.evaluate(() => [document.styleSheets.length, document.adoptedStyleSheets.length])).toEqual([
      0, 0,
    ]);
    expect(await page.locator(".launcher").evaluate((element) => getComputedStyle(element).borderRadius)).toBe("50%");
    expect(complaints).toEqual([]);
  });

  it("carries out calls that were made before it had loaded", async () => {
    const { page } = await visit(host.url);
    expect(await page.locator(".root.left").count()).toBe(1);
    await page.locator(".launcher").click();
    await page.locator("html[data-ready='1']").waitFor({ state: "attached" });
  });

  it("obeys the page's scripts and tells them what happens, but not what is said", async () => {
    const before = service.sent("read").length;
    const { page } = await visit(host.url);
    await page.evaluate(() => {
      const shop = window as unknown as BatonWindow;
      shop.heard = [];
      for (const name of ["open", "close", "unread", "message", "state"]) {
        shop.Baton("on", name, (value: unknown) => shop.heard.push([name, value]));
      }
      shop.Baton("prefill", "Is it in stock?");
    });
    const field = page.frameLocator("iframe").getByRole("textbox", { name: "Write a message" });
    await expect.poll(() => field.inputValue()).toBe("Is it in stock?");
    // What was said before is read, so that only the one message below is news.
    await expect.poll(() => service.sent("read").length, { timeout: 20_000 }).toBeGreaterThan(before);
    await page.evaluate(() => (window as unknown as BatonWindow).Baton("show", "help"));
    await page.frameLocator("iframe").getByRole("searchbox").waitFor();
    await page.evaluate(() => (window as unknown as BatonWindow).Baton("set", { theme: "dark", position: "right" }));
    await page.frameLocator("iframe").locator("html[data-theme=dark]").waitFor({ state: "attached" });
    await page.evaluate(() => (window as unknown as BatonWindow).Baton("toggle"));
    await expect.poll(() => page.locator(".panel.closed").count()).toBe(1);
    await page.waitForTimeout(1200);
    service.bot("Only for the customer");
    await page.getByRole("button", { name: /1 new message/ }).waitFor();
    const heard = await page.evaluate(() => JSON.stringify((window as unknown as BatonWindow).heard));
    expect(heard).toContain('["open",null]');
    expect(heard).toContain('["close",null]');
    expect(heard).toContain('["message",{"by":"bot"}]');
    expect(heard).not.toContain("Only for the customer");
  });

  it("warns about calls it does not understand instead of failing", async () => {
    const { page, complaints } = await visit(host.url);
    const warnings: string[] = [];
    page.on("console", (line) => line.type() === "warning" && warnings.push(line.text()));
    await page.evaluate(() => {
      const { Baton } = window as unknown as BatonWindow;
      Baton("explode");
      Baton("identify", "no object");
      Baton("on", "open");
      Baton("show", "moon");
    });
    await expect.poll(() => warnings.length).toBe(4);
    expect(complaints).toEqual([]);
  });

  it("does not listen to messages of other windows", async () => {
    const { page } = await visit(host.url);
    await page.locator(".launcher").click();
    await page.frameLocator("iframe").getByText("Hello, I am the assistant.").waitFor();
    await page.evaluate(() => window.postMessage({ baton: 1, message: { type: "close" } }, location.origin));
    await page.evaluate(() =>
      window.postMessage({ baton: 1, message: { type: "unread", count: 99 } }, location.origin),
    );
    await page.waitForTimeout(200);
    expect(await page.locator(".panel.closed").count()).toBe(0);
    expect(await page.locator(".badge").textContent()).not.toBe("9+");
  });

  it("fills a phone's screen and hides its button meanwhile", async () => {
    const { page } = await visit(service.url, {
      viewport: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
    });
    await page.locator(".launcher").click();
    await page.frameLocator("iframe").getByText("Hello, I am the assistant.").waitFor();
    expect(await page.locator(".panel").boundingBox()).toMatchObject({ x: 0, y: 0, width: 390, height: 844 });
    expect(await page.locator(".launcher").isVisible()).toBe(false);
    await page.frameLocator("iframe").getByRole("button", { name: "Close chat" }).click();
    await page.locator(".launcher").waitFor({ state: "visible" });
  });

  it("says so when the panel cannot be reached, and tries again when asked", async () => {
    const { page } = await visit(service.url);
    await page.route("**/widget/panel", (route) => route.abort());
    await page.clock.install();
    await page.locator(".launcher").click();
    await page.clock.fastForward(13_000);
    await page.getByText("The chat cannot be reached right now.").waitFor();
    await page.unroute("**/widget/panel");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.clock.resume();
    await page.frameLocator("iframe").getByText("Hello, I am the assistant.").waitFor();
  });

  describe.each([
    ["light", "light"],
    ["dark", "dark"],
  ] as const)("accessibility, %s", (_, colorScheme) => {
    it.each(["page", "panel"])("finds nothing wrong with the %s", async (part) => {
      const { page } = await visit(service.url, { colorScheme });
      await page.locator(".launcher").click();
      const panel = page.frameLocator("iframe");
      await panel.getByText("Hello, I am the assistant.").waitFor();
      await panel.getByRole("textbox", { name: "Write a message" }).fill("Where is it?");
      await panel.getByRole("textbox", { name: "Write a message" }).press("Enter");
      service.bot("Here it is.", {
        cards: [orderCard],
        sources: [{ title: "Track a parcel", url: "/help/track-a-parcel" }],
      });
      await panel.getByRole("group", { name: "Order 1042" }).first().waitFor();
      const frame =
        part === "page" ? page.mainFrame() : page.frames().find((known) => known.url().endsWith("/widget/panel"));
      expect(await violations(frame)).toEqual([]);
      await page.context().close();
    });
  });
});

interface Violation {
  id: string;
  nodes: { html: string }[];
}

async function violations(frame: { evaluate: Page["evaluate"] } | undefined): Promise<string[]> {
  if (!frame) throw new Error("the panel's frame is not there");
  // Through the debugger, as a policy with Trusted Types rightly refuses to load it as a script.
  await frame.evaluate(readFileSync("node_modules/axe-core/axe.min.js", "utf8"));
  const found = await frame.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (options: object) => Promise<{ violations: Violation[] }> } };
    return (await axe.run({ iframes: false })).violations;
  });
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}
