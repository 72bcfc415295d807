import { describe, expect, it } from "vitest";
import { neighbour, pressure, rowsOf } from "./lists";
import { START, ago, row } from "../../test/desk-rows";

const ids = (rows: readonly { id: string }[]): string => rows.map(({ id }) => id).join(" ");

describe("rowsOf", () => {
  it("puts the most urgent first, then who has waited longest, then what was put aside", () => {
    const rows = [
      row({ id: "new", wait_started_at: ago(1) }),
      row({ id: "old", wait_started_at: ago(9) }),
      row({ id: "aside", state: "offline", wait_started_at: ago(90), snoozed_until: ago(-60) }),
      row({ id: "urgent", priority: "urgent", wait_started_at: ago(0) }),
      row({ id: "bot", state: "bot" }),
    ];
    expect(ids(rowsOf("waiting", rows, "me", START))).toBe("urgent old new aside");
    const offered = rows.map((one) => (one.id === "new" ? { ...one, wanted_agent_id: "me" } : one));
    expect(ids(rowsOf("waiting", offered, "me", START))).toBe("new urgent old aside");
    expect(ids(rowsOf("waiting", offered, "other", START))).toBe("urgent old new aside");
  });

  it("shows as mine only what is with me, unanswered ones first", () => {
    const mine = { state: "agent", assignee: { id: "me", name: "Me" } } as const;
    const rows = [
      row({ id: "quiet", ...mine, last_message_at: ago(1) }),
      row({ id: "other", state: "agent", assignee: { id: "you", name: "You" } }),
      row({ id: "since-2", ...mine, unanswered_since: ago(2) }),
      row({ id: "since-5", ...mine, unanswered_since: ago(5) }),
    ];
    expect(ids(rowsOf("mine", rows, "me", START))).toBe("since-5 since-2 quiet");
  });

  it("keeps open and closed ones apart", () => {
    const rows = [row({ id: "a", state: "closed" }), row({ id: "b", state: "bot" }), row({ id: "c", state: "agent" })];
    expect(ids(rowsOf("all", rows, "me", START))).toBe("c b");
    expect(ids(rowsOf("closed", rows, "me", START))).toBe("a");
  });
});

describe("pressure", () => {
  it("grows with the wait, and sooner for what is urgent", () => {
    expect(pressure(null, "urgent")).toBe("calm");
    expect([30, 150, 700].map((seconds) => pressure(seconds, "normal"))).toEqual(["calm", "warm", "hot"]);
    expect([0, 61].map((seconds) => pressure(seconds, "urgent"))).toEqual(["warm", "hot"]);
  });
});

describe("neighbour", () => {
  it("stays within the list, and begins with the first", () => {
    const rows = [row({ id: "a" }), row({ id: "b" })];
    expect(neighbour(rows, null, 1)?.id).toBe("a");
    expect(neighbour(rows, "a", 1)?.id).toBe("b");
    expect(neighbour(rows, "b", 1)?.id).toBe("b");
    expect(neighbour([], "b", -1)).toBeUndefined();
  });
});
