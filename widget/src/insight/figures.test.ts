import { describe, expect, it } from "vitest";
import { labelled, scale } from "./chart-scale";
import type { Run } from "./model";
import { lastDays, problemOf, rangeOf } from "./range";
import { course } from "./runs";
import { NONE, average, percentOf, seconds } from "./words";

describe("scale", () => {
  it("ends at or above the largest value in steps that can be read", () => {
    expect(scale(0)).toEqual({ top: 1, steps: [0, 1] });
    expect(scale(3).steps).toEqual([0, 1, 2, 3]);
    expect(scale(5).steps).toEqual([0, 2, 4, 6]);
    expect(scale(47).steps).toEqual([0, 20, 40, 60]);
    for (const largest of [1, 7, 99, 1234]) {
      const { top, steps } = scale(largest);
      expect(top).toBeGreaterThanOrEqual(largest);
      expect(steps.length).toBeLessThanOrEqual(6);
    }
  });
});

describe("labelled", () => {
  it("names the last day always and no more than fit", () => {
    expect([...labelled(7, 10)]).toHaveLength(7);
    expect([...labelled(90, 6)]).toEqual([89, 74, 59, 44, 29, 14]);
  });
});

describe("range", () => {
  const now = new Date("2026-03-12T23:30:00Z");
  it("counts both days, in UTC", () => {
    expect(lastDays(7, now)).toEqual({ from: "2026-03-06", to: "2026-03-12" });
    expect(lastDays(1, now)).toEqual({ from: "2026-03-12", to: "2026-03-12" });
  });
  it("takes a whole range from the address, else the last seven days", () => {
    expect(rangeOf("?from=2026-01-01&to=2026-01-31", now)).toEqual({ from: "2026-01-01", to: "2026-01-31" });
    expect(rangeOf("?from=2026-01-31&to=2026-01-01", now)).toEqual(lastDays(7, now));
    expect(rangeOf("?from=2026-13-45&to=x", now)).toEqual(lastDays(7, now));
  });
  it("says what is wrong", () => {
    expect(problemOf({ from: "", to: "2026-01-01" })).toContain("first and a last day");
    expect(problemOf({ from: "2026-01-02", to: "2026-01-01" })).toContain("after");
  });
});

describe("words", () => {
  it("shows what is not known as a dash, never as nought", () => {
    expect([percentOf(null), seconds(null), average(null, 5)]).toEqual([NONE, NONE, NONE]);
    expect([percentOf(0), percentOf(0.004), percentOf(0.8), percentOf(1)]).toEqual(["0 %", "0.4 %", "80 %", "100 %"]);
    expect([seconds(0), seconds(2.34), seconds(90)]).toEqual(["0 s", "2.3 s", "2 min"]);
  });
});

describe("course", () => {
  const run = (given: Partial<Run>): Run =>
    ({
      abandoned: false,
      contained: false,
      escalated: false,
      outcome: null,
      agent: null,
      ended_at: null,
      ...given,
    }) as Run;
  it("says in a word how it went", () => {
    expect(course(run({ abandoned: true, escalated: true }))).toBe("Left the queue");
    expect(course(run({ contained: true, ended_at: "x" }))).toBe("Solved without a person");
    expect(course(run({ escalated: true, agent: "Sam", outcome: "resolved" }))).toBe("Solved");
    expect(course(run({ escalated: true }))).toBe("Passed on, open");
  });
});
