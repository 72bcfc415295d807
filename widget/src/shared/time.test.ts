import { describe, expect, it } from "vitest";
import { dayLabel, duration, expectedWait, relativeTime, shortDate } from "./time";

const now = new Date(2026, 2, 12, 15, 0, 0);
const before = (seconds: number) => new Date(now.getTime() - seconds * 1000);

describe("time in words", () => {
  it.each([
    [10, /^just now$/],
    [60, /^1 min\.? ago$/],
    [59 * 60, /^59 min\.? ago$/],
    [3 * 3600, /^3 hr?\.? ago$/],
    [30 * 3600, /^yesterday$/],
  ])("%i seconds ago", (seconds, words) => {
    expect(relativeTime(before(seconds), now, "en-GB")).toMatch(words);
  });

  it("shows the year only of other years", () => {
    expect(shortDate(new Date(2026, 0, 5), now, "en-GB")).toBe("5 Jan");
    expect(shortDate(new Date(2025, 0, 5), now, "en-GB")).toBe("5 Jan 2025");
  });

  it("names days as people do", () => {
    expect(dayLabel(before(3600), now, "en-GB")).toBe("Today");
    expect(dayLabel(new Date(2026, 2, 11, 23, 59), now, "en-GB")).toBe("Yesterday");
    expect(dayLabel(new Date(2026, 2, 9), now, "en-GB")).toBe("Monday");
    expect(dayLabel(new Date(2026, 1, 9), now, "en-GB")).toBe("9 Feb");
  });

  it.each([
    [45, "45 s"],
    [180, "3 min"],
    [3900, "1 h 05"],
    [187_200, "2 d 4 h"],
    [-5, "0 s"],
  ])("spans of %i s", (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });

  it.each([
    [20, "less than a minute"],
    [60, "about a minute"],
    [150, "about 3 minutes"],
    [1300, "about 25 minutes"],
    [4000, "about an hour"],
    [7300, "about 2 hours"],
  ])("waits of %i s", (seconds, words) => {
    expect(expectedWait(seconds)).toBe(words);
  });

  it("says nothing about a date it cannot read", () => {
    expect(relativeTime("nonsense", now)).toBe("");
    expect(dayLabel("nonsense", now)).toBe("");
  });
});
