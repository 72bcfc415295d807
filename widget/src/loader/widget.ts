/** The widget on a page: joins launcher, frame and page title, and carries out what the page's scripts ask for. */
import type { Appearance, ToLoader, View } from "../shared/bridge";
import { Emitter } from "../shared/emitter";
import type { ConversationState } from "../shared/types";
import { Launcher } from "./launcher";
import { PageTitle } from "./page-title";
import { PanelFrame } from "./panel-frame";
import { type Settings, asPosition, asTheme } from "./settings";

const ACTIVE = "baton.active";

/** What a page can listen to. Texts of messages stay in the panel: the page's other scripts have no business with them. */
export interface WidgetEvents {
  ready: undefined;
  open: undefined;
  close: undefined;
  unread: number;
  message: { by: "bot" | "agent" };
  state: ConversationState;
}

export class Widget {
  private readonly settings: Settings;
  private readonly emitter = new Emitter<WidgetEvents>();
  private readonly launcher: Launcher;
  private readonly title = new PageTitle();
  private frame: PanelFrame | null = null;
  private token: string | null = null;

  constructor(settings: Settings) {
    this.settings = settings;
    this.launcher = new Launcher(settings.name, {
      onToggle: () => this.toggle(),
      onClose: () => this.close(),
      onRetry: () => this.retry(),
    });
    this.launcher.setTheme(settings.theme);
    this.launcher.setPosition(settings.position);
    this.launcher.setUnread(0);
    if (remembersConversation()) whenIdle(() => this.panel());
  }

  open(): void {
    if (this.launcher.opened) return;
    const frame = this.panel();
    this.launcher.open();
    frame.element.focus();
    frame.say({ type: "opened" });
    this.emitter.emit("open", undefined);
  }

  close(): void {
    if (!this.launcher.opened) return;
    this.launcher.close();
    this.frame?.say({ type: "closed" });
    this.emitter.emit("close", undefined);
  }

  toggle(): void {
    if (this.launcher.opened) this.close();
    else this.open();
  }

  /** A signed token that says who the customer is; the conversation follows them to every device. */
  identify(who: unknown): void {
    const token = (who as { token?: unknown } | null)?.token;
    if (typeof token !== "string") return complain("identify needs {token}");
    this.token = token;
    this.frame?.say({ type: "identify", token });
  }

  set(values: unknown): void {
    const { theme, locale, position } = (values ?? {}) as Record<string, unknown>;
    this.settings.theme = asTheme(theme) ?? this.settings.theme;
    this.settings.position = asPosition(position) ?? this.settings.position;
    if (typeof locale === "string") this.settings.locale = locale;
    this.launcher.setTheme(this.settings.theme);
    this.launcher.setPosition(this.settings.position);
    this.frame?.say({ type: "appearance", appearance: this.appearance() });
  }

  /** Opens the panel on a view: `conversation` or `help`. */
  show(view: unknown): void {
    if (view !== "conversation" && view !== "help") return complain("show needs 'conversation' or 'help'");
    this.open();
    this.frame?.say({ type: "show", view: view satisfies View });
  }

  /** Puts words into the message field; the customer sends them or not. */
  prefill(text: unknown): void {
    if (typeof text !== "string") return complain("prefill needs a text");
    this.open();
    this.frame?.say({ type: "prefill", text });
  }

  on(event: unknown, listener: unknown): () => void {
    if (typeof event !== "string" || typeof listener !== "function") {
      complain("on needs an event and a function");
      return () => undefined;
    }
    return this.emitter.on(event as keyof WidgetEvents, listener as (payload: unknown) => void);
  }

  private panel(): PanelFrame {
    if (this.frame) return this.frame;
    this.frame = new PanelFrame(this.settings.origin, {
      init: () => ({
        type: "init",
        appearance: this.appearance(),
        page_url: location.href,
        identity_token: this.token,
        open: this.launcher.opened,
      }),
      onMessage: (message) => this.onPanel(message),
      onFailure: () => this.launcher.showFailure(),
    });
    this.launcher.hold(this.frame.element);
    return this.frame;
  }

  private retry(): void {
    this.launcher.showWaiting();
    this.frame?.load();
  }

  private onPanel(message: ToLoader): void {
    switch (message.type) {
      case "ready":
        this.launcher.showPanel();
        return this.emitter.emit("ready", undefined);
      case "close":
        return this.close();
      case "unread":
        this.launcher.setUnread(message.count);
        this.title.setUnread(message.count);
        return this.emitter.emit("unread", message.count);
      case "state":
        rememberConversation(message.active);
        return this.emitter.emit("state", message.state);
      case "message":
        return this.emitter.emit("message", { by: message.by });
    }
  }

  private appearance(): Appearance {
    const { theme, locale, name } = this.settings;
    return { theme, locale, name };
  }
}

function complain(words: string): void {
  console.warn(`Baton: ${words}.`);
}

/** Somebody who has written before gets news without opening the panel; others load nothing until they do. */
function remembersConversation(): boolean {
  try {
    return localStorage.getItem(ACTIVE) === "1";
  } catch {
    return false;
  }
}

function rememberConversation(active: boolean): void {
  try {
    if (active) localStorage.setItem(ACTIVE, "1");
    else localStorage.removeItem(ACTIVE);
  } catch {
    // A page that may store nothing connects when the panel is opened.
  }
}

function whenIdle(run: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(run, { timeout: 3000 });
  else setTimeout(run, 1000);
}
