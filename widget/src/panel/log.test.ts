import { describe, expect, it } from "vitest";
import type { CustomerEvent, LoggedEvent } from "../shared/types";
import { type Log, append, emptyLog, isEmail, isRead, unreadCount, wantsContact } from "./log";
import { offeredReplies } from "./quick-replies";

function logOf(...events: CustomerEvent[]): Log {
  return events
    .map((event, index): LoggedEvent => ({ seq: index + 1, at: "2026-03-02T10:00:00Z", event }))
    .reduce(append, emptyLog);
}
const said = (kind: "customer" | "bot" | "agent" | "system", text = "words", more: object = {}): CustomerEvent => ({
  kind: "message",
  message_id: `${kind}-${text}`,
  author: { kind },
  text,
  ...more,
});
const to = (state: "bot" | "queued" | "agent" | "offline" | "closed", more: object = {}): CustomerEvent => ({
  kind: "state",
  from: "bot",
  to: state,
  ...more,
});

describe("the log", () => {
  it("follows a handover from bot to agent and back", () => {
    const queued = logOf(said("customer"), to("queued", { queue: { position: 3, eta_seconds: 120 } }));
    expect([queued.state, queued.queue]).toEqual(["queued", { position: 3, eta_seconds: 120 }]);
    const closer = append(queued, { seq: 3, at: "", event: { kind: "queue", position: 1 } });
    expect(closer.queue).toEqual({ position: 1, eta_seconds: null });
    const agent = append(closer, { seq: 4, at: "", event: to("agent", { agent: { name: "Mara" } }) });
    expect([agent.state, agent.agent, agent.queue]).toEqual(["agent", "Mara", null]);
    const back = append(agent, { seq: 5, at: "", event: to("bot") });
    expect([back.state, back.agent]).toEqual(["bot", null]);
  });

  it("shows edits and removals in place", () => {
    const log = logOf(
      said("agent", "first"),
      said("agent", "second"),
      { kind: "message_edited", message_id: "agent-first", text: "changed" },
      { kind: "message_deleted", message_id: "agent-second" },
    );
    expect(log.messages.map(({ text, edited, deleted }) => [text, edited, deleted])).toEqual([
      ["changed", true, undefined],
      ["", undefined, true],
    ]);
  });

  it("leaves the log alone for kinds it does not know", () => {
    const log = logOf(said("bot"));
    expect(append(log, { seq: 2, at: "", event: { kind: "confetti" } as unknown as CustomerEvent })).toBe(log);
  });

  it("counts only what others said since it was seen", () => {
    const log = logOf(said("bot"), said("customer"), said("system"), said("agent"), said("bot", "last"));
    expect([unreadCount(log, 0), unreadCount(log, 3), unreadCount(log, 5)]).toEqual([3, 2, 0]);
  });

  it("asks for a rating after the end and no longer once it goes on", () => {
    const closed = logOf(said("customer"), to("closed"), { kind: "feedback_request", feedback: "ces" });
    expect(closed.feedback).toEqual({ seq: 3, kind: "ces" });
    expect(append(closed, { seq: 4, at: "", event: to("bot") }).feedback).toBeNull();
  });
});

describe("what was read", () => {
  it("is what an agent has read or somebody has answered", () => {
    const log = logOf(said("customer", "a"), said("customer", "b"), { kind: "read", by: "agent", seq: 1 });
    const [first, second] = log.messages;
    expect(first && isRead(log, first)).toBe(true);
    expect(second && isRead(log, second)).toBe(false);
    expect(second && isRead(append(log, { seq: 4, at: "", event: said("bot") }), second)).toBe(true);
  });
});

describe("the contact form", () => {
  it("stays until an address is written while nobody is there", () => {
    expect(wantsContact(logOf(said("customer", "a@example.com")))).toBe(false);
    const away = logOf(said("customer", "a@example.com"), to("offline"), said("customer", "please help"));
    expect(wantsContact(away)).toBe(true);
    expect(wantsContact(append(away, { seq: 4, at: "", event: said("customer", "me: b@example.com") }))).toBe(false);
    expect(wantsContact(append(away, { seq: 4, at: "", event: said("system", "We write to a@example.com.") }))).toBe(
      false,
    );
  });

  it.each([
    ["anna.keller@example.com", true],
    ["  a@b.co ", true],
    ["anna.keller", false],
    ["a@b", false],
    ["a b@c.de", false],
    ["a@b@c.de", false],
  ])("%j as an address: %s", (text, good) => {
    expect(isEmail(text)).toBe(good);
  });
});

describe("quick replies", () => {
  const replies = { quick_replies: [{ title: "Yes", payload: "/affirm" }] };

  it("are those of the bot's last message", () => {
    expect(offeredReplies(logOf(said("bot", "sure?", replies)))).toHaveLength(1);
  });
  it("go when somebody has answered or the bot has lost the floor", () => {
    expect(offeredReplies(logOf(said("bot", "sure?", replies), said("customer", "yes")))).toEqual([]);
    expect(offeredReplies(logOf(said("bot", "sure?", replies), to("queued")))).toEqual([]);
  });
});
