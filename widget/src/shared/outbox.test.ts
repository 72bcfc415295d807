import { describe, expect, it } from "vitest";
import { Outbox } from "./outbox";
import { MemoryStore } from "./storage";

const frame = (id: string) => ({ type: "message", client_message_id: id, text: id }) as const;

describe("Outbox", () => {
  it("comes back after a reload, oldest first", () => {
    const store = new MemoryStore();
    const before = new Outbox(store);
    before.add(frame("second"), 20);
    before.add(frame("first"), 10);
    expect(new Outbox(store).entries().map((entry) => entry.frame.client_message_id)).toEqual(["first", "second"]);
  });

  it("lets two tabs write without losing each other's messages", () => {
    const store = new MemoryStore();
    const [left, right] = [new Outbox(store), new Outbox(store)];
    left.add(frame("left"), 1);
    right.add(frame("right"), 2);
    left.remove("left");
    expect(new Outbox(store).entries().map((entry) => entry.frame.client_message_id)).toEqual(["right"]);
  });

  it("is not upset by damaged entries or foreign keys", () => {
    const store = new MemoryStore();
    store.setItem("baton.outbox.x", "{broken");
    store.setItem("baton.outbox.y", "{}");
    store.setItem("somebody.else", "1");
    expect(new Outbox(store).entries()).toEqual([]);
    expect(store.getItem("somebody.else")).toBe("1");
  });

  it("goes on in memory when the store is full", () => {
    const store = new MemoryStore();
    store.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    const outbox = new Outbox(store);
    outbox.add(frame("a"), 1);
    expect(outbox.due(2)).toHaveLength(1);
  });

  it("does not send refused entries by itself", () => {
    const outbox = new Outbox(new MemoryStore());
    outbox.add(frame("a"), 1);
    outbox.fail("a", { code: "text_too_long", message: "Too long." });
    expect(outbox.due(2)).toEqual([]);
    outbox.revive("a");
    expect(outbox.due(2)).toHaveLength(1);
  });
});
