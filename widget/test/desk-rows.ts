/** Rows and events for the desk's own tests. */
import type { ConversationEvent, LoggedEvent } from "../src/shared/types";
import type { Row } from "../src/desk/model";

export const START = Date.parse("2026-03-12T10:00:00Z");

export function row(given: Partial<Row> & { id: string }): Row {
  return {
    state: "queued",
    customer: { id: `customer-${given.id}`, name: null, email: null, verified: false },
    reason: "customer_request",
    priority: "normal",
    waiting_seconds: null,
    position: null,
    assignee: null,
    last_message: "Hello",
    last_seq: 1,
    unread: 0,
    last_message_at: null,
    unanswered_since: null,
    wait_started_at: null,
    team: null,
    wanted_agent_id: null,
    labels: [],
    snoozed_until: null,
    channel: "widget",
    created_at: "2026-03-12T09:00:00Z",
    updated_at: "2026-03-12T09:00:00Z",
    ...given,
  };
}

/** Minutes before `START` as the contract writes moments. */
export const ago = (minutes: number): string => new Date(START - minutes * 60_000).toISOString();

export function events(...kinds: ConversationEvent[]): LoggedEvent[] {
  return kinds.map((event, index) => ({ seq: index + 1, at: ago(60 - index), event }));
}

export function says(kind: "customer" | "bot" | "agent" | "system", text: string): ConversationEvent {
  return { kind: "message", message_id: text, author: { kind }, text };
}
