import { describe, expect, it } from "vitest";
import { fitting } from "./canned";
import { furtherOrders } from "./orders";
import { atTime, inputTime, moments } from "./snooze";
import { customerName, evidenceValue, factWords } from "./words";

const canned = (
  shortcut: string,
  title: string,
  text = "",
): { shortcut: string; title: string; text: string; filled: string } => ({
  shortcut,
  title,
  text,
  filled: text,
});

describe("fitting", () => {
  const replies = [
    canned("bye", "Say thanks"),
    canned("thanks", "For waiting"),
    canned("late", "Late parcel", "Thanks for telling us"),
  ];
  it("finds by shortcut, then by title, then by text", () => {
    expect(fitting(replies, "thanks").map(({ shortcut }) => shortcut)).toEqual(["thanks", "bye", "late"]);
    expect(fitting(replies, "")).toHaveLength(3);
    expect(fitting(replies, "zzz")).toEqual([]);
  });
});

describe("moments", () => {
  it("offers the next Monday, also on a Monday, and not twice on a Sunday", () => {
    const titles = (day: number): string[] => moments(new Date(2026, 2, day, 15)).map(({ title }) => title);
    expect(titles(11)).toContain("Monday, 9:00");
    expect(moments(new Date(2026, 2, 9, 15)).at(-1)?.at).toEqual(new Date(2026, 2, 16, 9));
    expect(titles(8)).not.toContain("Monday, 9:00");
  });
  it("reads back what a time field is given", () => {
    const at = new Date(2026, 2, 9, 7, 5);
    expect(inputTime(at)).toBe("2026-03-09T07:05");
    expect(atTime(inputTime(at))).toEqual(at);
    expect(atTime("")).toBeNull();
  });
});

describe("words", () => {
  it("shows shares as percent, counts as counts, flags not at all", () => {
    expect([0.96, 2, 1, "twice", null].map(evidenceValue)).toEqual(["96 %", "2", "", "twice", ""]);
  });
  it("leaves out what tells nothing, and reads codes", () => {
    expect(["order_status", "call me", "", false, { a: 1 }, ["1042", "1043"]].map(factWords)).toEqual([
      "Order status",
      "call me",
      null,
      null,
      null,
      "1042, 1043",
    ]);
  });
  it("tells visitors without a name apart", () => {
    expect(customerName({ id: "01a200fe2bfad050" })).toBe("Visitor D050");
    expect(customerName({ id: "x", name: null, email: "anna@example.com" })).toBe("anna@example.com");
  });
});

describe("furtherOrders", () => {
  it("names orders of the packet that no card has shown", () => {
    const packet = [{ order_number: "1042", state: "shipped" }, { state: "lost" }];
    expect(furtherOrders(packet, [])).toEqual([["1042", "Shipped"]]);
  });
});
