import { describe, expect, it } from "vitest";
import { append, logOf, prepend } from "./log";
import { events, says } from "../../test/desk-rows";

const texts = (log: ReturnType<typeof logOf>): string[] => log.entries.map(({ text }) => text);

describe("logOf", () => {
  it("tells what the customer reads from what only staff see", () => {
    const log = logOf(
      events(
        says("customer", "I want a person"),
        { kind: "state", from: "bot", to: "queued", reason: "customer_request" },
        says("system", "You are in the queue."),
        { kind: "queue", position: 1, eta_seconds: 60 },
        { kind: "assignment", agent: { id: "a", name: "Sam" }, why: "claimed" },
        { kind: "note", note_id: "n", author: { id: "a", name: "Sam" }, text: "Careful" },
      ),
    );
    expect(texts(log)).toEqual([
      "I want a person",
      "Passed on to people. Asked for a person.",
      "You are in the queue.",
      "Sam has it.",
      "Careful",
    ]);
    expect(log.entries.map((entry) => (entry.type === "line" ? entry.told : entry.type))).toEqual([
      "message",
      false,
      true,
      false,
      "note",
    ]);
  });

  it("tells whose turn it was to take it", () => {
    const sam = { id: "a", name: "Sam" };
    const log = logOf(
      events(
        { kind: "assignment", agent: sam, why: "offered" },
        { kind: "assignment", agent: null, why: "declined", before: sam },
        { kind: "assignment", agent: null, why: "not_taken" },
      ),
    );
    expect(texts(log)).toEqual(["Offered to Sam.", "Left to the next agent.", "Not taken yet. Anybody may take it."]);
  });

  it("keeps what the assistant understood beside the message it was said in", () => {
    const log = logOf(
      events(says("customer", "where is it"), {
        kind: "turn",
        turn_id: "t",
        covers: [1],
        intents: [
          { seq: 1, name: "order_status", confidence: 0.9 },
          { seq: 1, name: "greet", confidence: 0.2 },
        ],
        sentiment: [{ seq: 1, frustration: 0.7 }],
        outcome: "answered",
        model_id: "m",
        failed_attempts: 0,
      }),
    );
    expect(log.readings.get(1)).toEqual({ intent: "order_status", confidence: 0.9, frustration: 0.7 });
  });

  it("changes and removes messages where they stand", () => {
    const log = logOf(
      events(
        says("agent", "first"),
        says("agent", "second"),
        { kind: "message_edited", message_id: "first", text: "better" },
        { kind: "message_deleted", message_id: "second" },
      ),
    );
    expect(log.entries).toMatchObject([
      { text: "better", edited: true },
      { deleted: true, edited: false },
    ]);
  });

  it("remembers how far the customer has read, never backwards", () => {
    const log = logOf(events({ kind: "read", by: "customer", seq: 5 }, { kind: "read", by: "agent", seq: 9 }), 7);
    expect(log.customerRead).toBe(7);
  });
});

describe("append", () => {
  it("takes no event twice", () => {
    const [first] = events(says("customer", "hello"));
    const log = logOf(first ? [first] : []);
    expect(append(log, first ?? { seq: 1, at: "", event: says("customer", "hello") })).toBe(log);
  });
});

describe("prepend", () => {
  it("puts older events before a log that began later, once", () => {
    const all = events(says("customer", "one"), says("bot", "two"), says("customer", "three"));
    const late = logOf(all.slice(2));
    const whole = prepend(late, all);
    expect(texts(whole)).toEqual(["one", "two", "three"]);
    expect(prepend(whole, all)).toBe(whole);
    expect(whole.lastSeq).toBe(3);
  });
});
