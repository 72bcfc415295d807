/** Spans of days in UTC, and how they stand in the page's address. */
import type { Range } from "./model";

const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export const PRESETS: readonly (readonly [title: string, days: number])[] = [
  ["Today", 1],
  ["7 days", 7],
  ["30 days", 30],
  ["90 days", 90],
];

/** The last days up to today. */
export function lastDays(days: number, now: Date): Range {
  return { from: day(new Date(now.getTime() - (days - 1) * DAY_MS)), to: day(now) };
}

export function rangeOf(search: string, now: Date): Range {
  const asked = new URLSearchParams(search);
  const range = { from: asked.get("from") ?? "", to: asked.get("to") ?? "" };
  return problemOf(range) === null ? range : lastDays(7, now);
}

/** What is wrong with a range, in words; null when nothing is. */
export function problemOf({ from, to }: Range): string | null {
  if (!isDay(from) || !isDay(to)) return "Choose a first and a last day.";
  if (from > to) return "The first day is after the last one.";
  return null;
}

function isDay(value: string): boolean {
  return DAY.test(value) && !Number.isNaN(Date.parse(value));
}

function day(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}
