import { describe, expect, it } from "vitest";
import { received } from "./bridge";

const heard = (data: unknown) => received(new MessageEvent("message", { data }));

describe("messages between page and panel", () => {
  it("are told from all others a window hears", () => {
    expect(heard({ baton: 1, message: { type: "opened" } })).toEqual({ type: "opened" });
    for (const other of [
      null,
      "text",
      7,
      {},
      { baton: 1 },
      { baton: 2, message: { type: "opened" } },
      { baton: 1, message: "opened" },
    ]) {
      expect(heard(other)).toBeNull();
    }
  });
});
