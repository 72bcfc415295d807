/** The button on the shop's page and the place of the panel: shadow root, badge, focus. It knows nothing of messages. */
import type { Position, Theme } from "../shared/bridge";
import { applyStyles } from "./styles";

const CHAT = "M20.5 11.5a8 8 0 0 1-11.7 7.1L3.5 20.5l1.9-5A8 8 0 1 1 20.5 11.5Z";
const DOWN = "M6 9.5l6 6 6-6";
const SVG = "http://www.w3.org/2000/svg";
const DARK = "(prefers-color-scheme: dark)";

export interface LauncherActions {
  onToggle: () => void;
  onClose: () => void;
  /** The panel could not be loaded and the customer wants another try. */
  onRetry: () => void;
}

export class Launcher {
  private readonly host = document.createElement("baton-widget");
  private readonly root = make("div", "root");
  private readonly button = make("button", "launcher");
  private readonly path = document.createElementNS(SVG, "path");
  private readonly badge = make("span", "badge");
  private readonly panel = make("div", "panel closed");
  private readonly waiting = make("div", "wait");
  private readonly dark = matchMedia(DARK);
  private readonly actions: LauncherActions;
  private readonly name: string;
  private theme: Theme = "auto";
  private before: Element | null = null;
  private isOpen = false;
  private unread = 0;

  constructor(name: string, actions: LauncherActions) {
    this.name = name;
    this.actions = actions;
    const shadow = this.host.attachShadow({ mode: "open" });
    applyStyles(shadow);
    this.buildButton();
    this.panel.id = "panel";
    this.panel.setAttribute("role", "dialog");
    this.panel.setAttribute("aria-label", `Chat with ${name}`);
    this.waiting.setAttribute("role", "status");
    this.panel.append(this.waiting);
    this.root.append(this.panel, this.button);
    shadow.append(this.root);
    shadow.addEventListener("keydown", (event) => (event as KeyboardEvent).key === "Escape" && actions.onClose());
    this.dark.addEventListener("change", () => this.setTheme(this.theme));
    document.body.append(this.host);
  }

  get opened(): boolean {
    return this.isOpen;
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.root.classList.toggle("dark", theme === "dark" || (theme === "auto" && this.dark.matches));
  }

  setPosition(position: Position): void {
    this.root.classList.toggle("left", position === "left");
  }

  setUnread(count: number): void {
    this.unread = count;
    this.badge.textContent = count > 9 ? "9+" : String(count);
    this.describe();
  }

  /** Puts the frame into the panel; it is shown once `showPanel` says that it speaks. */
  hold(frame: HTMLIFrameElement): void {
    frame.title = `Chat with ${this.name}`;
    this.panel.prepend(frame);
    this.showWaiting();
  }

  showPanel(): void {
    this.waiting.hidden = true;
  }

  showWaiting(): void {
    const words = make("p");
    words.textContent = "Opening the chat";
    this.waiting.hidden = false;
    this.waiting.replaceChildren(make("i"), words);
  }

  showFailure(): void {
    const words = make("p");
    words.textContent = "The chat cannot be reached right now. Please try again in a moment.";
    const choices = make("div");
    choices.append(choice("Try again", this.actions.onRetry), choice("Close", this.actions.onClose));
    this.waiting.replaceChildren(words, choices);
  }

  open(): void {
    if (this.isOpen) return;
    this.before = document.activeElement === this.host ? null : document.activeElement;
    this.show(true);
  }

  /** Closes, and gives the focus back to where it was before, if the panel had it. */
  close(): void {
    if (!this.isOpen) return;
    const hadFocus = document.activeElement === this.host;
    this.show(false);
    if (!hadFocus) return;
    if (this.before instanceof HTMLElement && this.before !== document.body) this.before.focus();
    else this.button.focus();
  }

  private show(open: boolean): void {
    this.isOpen = open;
    this.root.classList.toggle("open", open);
    this.panel.classList.toggle("closed", !open);
    this.path.setAttribute("d", open ? DOWN : CHAT);
    this.button.setAttribute("aria-expanded", String(open));
    this.describe();
  }

  private buildButton(): void {
    const icon = document.createElementNS(SVG, "svg");
    icon.setAttribute("viewBox", "0 0 24 24");
    icon.setAttribute("aria-hidden", "true");
    this.path.setAttribute("d", CHAT);
    icon.append(this.path);
    this.button.type = "button";
    this.button.setAttribute("aria-expanded", "false");
    this.button.setAttribute("aria-controls", "panel");
    this.badge.setAttribute("aria-hidden", "true");
    this.button.append(icon, this.badge);
    this.button.addEventListener("click", this.actions.onToggle);
    this.describe();
  }

  private describe(): void {
    const news = this.unread === 1 ? ", 1 new message" : `, ${this.unread} new messages`;
    const what = this.isOpen ? "Close chat" : `Chat with ${this.name}`;
    this.button.setAttribute("aria-label", this.unread && !this.isOpen ? what + news : what);
    this.badge.hidden = this.isOpen || this.unread === 0;
  }
}

function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, className = ""): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}

function choice(title: string, run: () => void): HTMLButtonElement {
  const button = make("button");
  button.type = "button";
  button.textContent = title;
  button.addEventListener("click", run);
  return button;
}
