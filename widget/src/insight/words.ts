/** Figures as people read them. What is not known is a dash, never a nought. */
import { duration } from "../shared/time";

export const NONE = "\u2013";

export function percentOf(share: number | null): string {
  if (share === null) return NONE;
  return `${(share * 100).toLocaleString("en", { maximumFractionDigits: share > 0 && share < 0.1 ? 1 : 0 })} %`;
}

export function seconds(value: number | null): string {
  if (value === null) return NONE;
  return value < 10 ? `${value.toLocaleString("en", { maximumFractionDigits: 1 })} s` : duration(value);
}

export function average(value: number | null, outOf: number): string {
  return value === null ? NONE : `${value.toLocaleString("en", { maximumFractionDigits: 2 })} of ${outOf}`;
}

export function count(value: number): string {
  return value.toLocaleString("en");
}

/** "12 Mar", of a day as the server counts it, whatever the reader's time zone. */
export function dayWords(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(undefined, {
    day: "numeric",
    month: "short",
    timeZone: "UTC",
  });
}
