/** What only agents read. */
import type { ConversationState, Priority } from "../shared/types";
import { percent, readable } from "../shared/words";

const STATES: Record<ConversationState, string> = {
  bot: "With the assistant",
  queued: "Waiting",
  agent: "With an agent",
  offline: "Reply promised",
  closed: "Closed",
};

export const PRIORITIES: Record<Priority, string> = { urgent: "Urgent", high: "High", normal: "Normal", low: "Low" };

export const stateWords = (state: ConversationState): string => STATES[state];

/** How a value of evidence reads beside its signal: a share as percent, a count as it is, a mere flag not at all. */
export function evidenceValue(value: unknown): string {
  if (typeof value === "number") return value > 0 && value < 1 ? percent(value) : value > 1 ? String(value) : "";
  return typeof value === "string" ? value : "";
}

/** A code such as `order_status`, not what a person wrote. */
const CODE = /^[a-z]+(_[a-z]+)+$/;

/** A slot or fact in words; null for what tells an agent nothing. */
export function factWords(value: unknown): string | null {
  if (value === null || value === undefined || value === "" || value === false) return null;
  if (value === true) return "yes";
  if (Array.isArray(value)) return value.map(factWords).filter(Boolean).join(", ") || null;
  if (typeof value === "object") return null;
  const words = String(value);
  return CODE.test(words) ? readable(words) : words;
}

/** Visitors without a name are told apart by the end of their id. */
export function customerName(customer: { id: string; name?: string | null; email?: string | null }): string {
  return customer.name || customer.email || `Visitor ${customer.id.slice(-4).toUpperCase()}`;
}
