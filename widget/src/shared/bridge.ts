/** What the loader on the shop's page and the panel in its frame say to each other. Always to a named origin. */
import type { ConversationState } from "./types";

export type Theme = "auto" | "light" | "dark";
export type Position = "right" | "left";
/** Views a page may ask for. */
export type View = "conversation" | "help";

export interface Appearance {
  theme: Theme;
  locale: string;
  /** The shop's name as customers know it. */
  name: string;
}

export type ToPanel =
  | { type: "init"; appearance: Appearance; page_url: string; identity_token: string | null; open: boolean }
  | { type: "appearance"; appearance: Appearance }
  | { type: "opened" }
  | { type: "closed" }
  | { type: "identify"; token: string }
  | { type: "prefill"; text: string }
  | { type: "show"; view: View };

export type ToLoader =
  | { type: "ready" }
  | { type: "close" }
  | { type: "unread"; count: number }
  /** `active`: worth keeping a connection for on the next page, because somebody has written. */
  | { type: "state"; state: ConversationState; active: boolean }
  | { type: "message"; by: "bot" | "agent" };

interface Envelope<Message> {
  baton: 1;
  message: Message;
}

export function post(target: Window, origin: string, message: ToPanel | ToLoader): void {
  const envelope: Envelope<ToPanel | ToLoader> = { baton: 1, message };
  target.postMessage(envelope, origin);
}

/** The message of an event that is one of ours; null for all the others a page hears. */
export function received<Message extends { type: string }>(event: MessageEvent): Message | null {
  const data = event.data as Partial<Envelope<Message>> | null;
  if (typeof data !== "object" || data?.baton !== 1) return null;
  return typeof data.message?.type === "string" ? data.message : null;
}
