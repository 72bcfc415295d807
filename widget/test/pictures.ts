/** `npm run pictures DIR`: the demo shop and the panel in every state, wide, on a phone, dark, right to left. To look at. */
import type { Browser, BrowserContextOptions, FrameLocator, Page } from "playwright-core";
import { startChromium } from "./chromium";
import { MockService } from "./mock-service";
import { articles, orderCard } from "./sample";

const out = process.argv[2] ?? "pictures";
const WIDE = { viewport: { width: 1280, height: 860 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

interface Scene {
  options?: BrowserContextOptions;
  before?: (service: MockService) => void;
  play: (page: Page, panel: FrameLocator, service: MockService) => Promise<void>;
}

const open = async (page: Page): Promise<void> => page.getByRole("button", { name: /^Chat with/ }).click();
const greet = (service: MockService): void => {
  service.bot(
    "Hello, this is the assistant of Fernhill Outdoor. I look up orders, answer questions and bring in a person when you want one. What can I do for you?",
    {
      quick_replies: [
        { title: "Where is my order?", payload: "/order_status" },
        { title: "I want to return something", payload: "/return_start" },
        { title: "Talk to a person", payload: "/request_human" },
      ],
    },
  );
};
const answered = (service: MockService): void => {
  greet(service);
  service.customer("How long can I send things back?");
  service.bot(
    "You have **60 days** from delivery, as long as it is unused and has its tags.\n\n- The label is free\n- Any store takes it too\n\nThe money is back within 5 working days after it arrives.",
    {
      sources: [
        { title: "Our return policy", url: "/help/return-policy" },
        { title: "How to send something back", url: "/help/how-to-return" },
      ],
      quick_replies: [
        { title: "Start a return", payload: "/return_start" },
        { title: "That is all, thank you", payload: "/thank" },
      ],
    },
  );
};
const ordered = (service: MockService): void => {
  greet(service);
  service.customer("Where is my order 1042? anna.keller@example.com");
  service.bot("Your tent is on its way, Anna. Northway expects to bring it by Thursday.", { cards: [orderCard] });
  service.customer("Thursday is too late, I leave on Wednesday morning");
};
const withAgent = (service: MockService): void => {
  ordered(service);
  service.to("queued", { reason: "frustration", queue: { position: 2, eta_seconds: 150 } });
  service.system("A person will take over. You do not need to repeat anything.");
  service.to("agent", { agent: { name: "Mara Lindholm" } });
  service.system("Mara Lindholm has joined and has read this conversation.");
  service.agent("Mara Lindholm", "Hello Anna, I see that the tent is at the Avonmouth depot.");
  service.agent("Mara Lindholm", "I can have it held there, and you collect it on Tuesday. Would that work?");
};

const look = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 500));

const scenes: Record<string, Scene> = {
  shop: { play: async () => look() },
  "shop-phone": { options: PHONE, play: async () => look() },
  "shop-dark": { options: { ...WIDE, colorScheme: "dark" }, play: async () => look() },
  welcome: { before: greet, play: open },
  "welcome-no-bot": { play: open },
  answer: { before: answered, play: open },
  "answer-dark": { options: { ...WIDE, colorScheme: "dark" }, before: answered, play: open },
  "answer-phone": { options: PHONE, before: answered, play: open },
  card: { before: ordered, play: open },
  "card-delayed-dark": {
    options: { ...PHONE, colorScheme: "dark" },
    before: (service) => {
      greet(service);
      service.customer("1042, anna.keller@example.com");
      service.bot("Two days late is frustrating. The parcel has stood still at the depot since Monday.", {
        cards: [
          {
            ...orderCard,
            state: "delayed",
            state_label: "Delayed",
            date_label: "New date",
            date_text: "Saturday 14 March",
          },
        ],
      });
    },
    play: open,
  },
  queue: {
    before: (service) => {
      ordered(service);
      service.to("queued", { reason: "frustration", queue: { position: 2, eta_seconds: 150 } });
      service.system("A person will take over. You do not need to repeat anything.");
    },
    play: open,
  },
  agent: { before: withAgent, play: open },
  "agent-typing-phone": {
    options: PHONE,
    before: withAgent,
    play: async (page, panel, service) => {
      await open(page);
      await panel.getByRole("textbox").fill("Tuesday works, thank you");
      await panel.getByRole("textbox").press("Enter");
      await look();
      service.push({ kind: "read", by: "agent", seq: service.log.at(-1)?.seq ?? 0 });
      service.broadcast({ type: "typing", by: "agent", active: true });
    },
  },
  menu: {
    before: answered,
    play: async (page, panel) => {
      await open(page);
      await panel.getByRole("button", { name: "Menu" }).click();
    },
  },
  offline: {
    before: (service) => {
      ordered(service);
      service.to("offline", { reason: "customer_request" });
      service.system(
        "Nobody is at the desk right now. We are back on Monday at 8:00. Leave an e-mail address here and we answer there.",
      );
    },
    play: async (page, panel) => {
      await open(page);
      await panel.getByRole("textbox", { name: "E-mail" }).fill("anna.keller");
      await panel.getByRole("button", { name: "Leave e-mail" }).click();
    },
  },
  "no-connection": {
    before: answered,
    play: async (page, panel, service) => {
      await open(page);
      await panel.getByText("60 days").waitFor();
      service.down = true;
      service.cut();
      await panel.getByRole("textbox").fill("And if I have worn it once?");
      await panel.getByRole("textbox").press("Enter");
    },
  },
  refused: {
    before: answered,
    play: async (page, panel, service) => {
      await open(page);
      await panel.getByText("60 days").waitFor();
      service.refusal = { code: "bad_frame", message: "The message could not be read." };
      await panel.getByRole("textbox").fill("And if I have worn it once?");
      await panel.getByRole("textbox").press("Enter");
    },
  },
  "too-long": {
    before: greet,
    play: async (page, panel) => {
      await open(page);
      await panel.getByRole("textbox").fill("I bought the tent in spring. ".repeat(139));
    },
  },
  rating: {
    before: (service) => {
      withAgent(service);
      service.to("closed");
      service.system("Mara Lindholm has closed this conversation. Write again at any time.");
      service.push({ kind: "feedback_request" });
    },
    play: async (page, panel) => {
      await open(page);
      await panel.getByRole("radio", { name: "4, Good" }).check({ force: true });
    },
  },
  help: {
    before: greet,
    play: async (page, panel, service) => {
      service.help.push(...articles);
      await open(page);
      await panel.getByRole("button", { name: "Search our help pages" }).click();
      await panel.getByRole("searchbox").fill("return");
    },
  },
  "help-none-phone": {
    options: PHONE,
    before: greet,
    play: async (page, panel) => {
      await open(page);
      await panel.getByRole("button", { name: "Search our help pages" }).click();
      await panel.getByRole("searchbox").fill("spaceship");
    },
  },
  "end-dialog": {
    before: answered,
    play: async (page, panel) => {
      await open(page);
      await panel.getByRole("button", { name: "Menu" }).click();
      await panel.getByRole("menuitem", { name: "End conversation" }).click();
    },
  },
  unread: {
    before: answered,
    play: async (page, panel, service) => {
      await open(page);
      await panel.getByText("60 days").waitFor();
      await page.getByRole("button", { name: "Close chat" }).last().click();
      await look();
      service.bot("One more thing: the label is in your mail.");
    },
  },
  "right-to-left": {
    options: { ...WIDE, locale: "ar" },
    before: withAgent,
    play: async (page) => {
      await page.evaluate(() =>
        (window as unknown as { Baton: (...call: unknown[]) => void }).Baton("set", { locale: "ar" }),
      );
      await open(page);
    },
  },
  "markdown-phone": {
    options: PHONE,
    before: (service) => {
      greet(service);
      service.customer("What does delivery cost?");
      service.bot(
        "| Way | Price | Time |\n|---|---:|---|\n| Standard | \u00a33.95 | 3 to 5 working days |\n| Express | \u00a36.95 | next working day |\n| Collect in store | free | 2 hours |\n\n1. Standard is free from **\u00a350**\n2. See [delivery costs](/help/delivery-costs) or https://northway.example.com/a/very/long/address/that/does/not/break/anywhere\n\n`FH-1042` is an order number.",
      );
    },
    play: open,
  },
};

async function picture(browser: Browser, name: string, scene: Scene): Promise<void> {
  const service = new MockService(process.cwd());
  scene.before?.(service);
  const url = await service.start();
  const context = await browser.newContext(scene.options ?? WIDE);
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && console.log(`${name}: ${message.text()}`));
  page.on("pageerror", (error) => console.log(`${name}: ${error.message}`));
  await page.goto(url);
  await page.locator("baton-widget").waitFor({ state: "attached" });
  await scene.play(page, page.frameLocator("iframe"), service);
  await look();
  await look();
  await page.screenshot({ path: `${out}/${name}.png`, fullPage: name.startsWith("shop") });
  await context.close();
  await service.stop();
}

const wanted = process.argv.slice(3);
const browser = await startChromium();
for (const [name, scene] of Object.entries(scenes)) {
  if (wanted.length === 0 || wanted.includes(name)) await picture(browser, name, scene);
}
await browser.close();
