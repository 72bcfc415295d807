/** Moments to put a conversation aside until, in the agent's own time zone. */

const HOUR_MS = 3600_000;
const MORNING = 9;

export interface NamedMoment {
  title: string;
  at: Date;
}

export function moments(now: Date): NamedMoment[] {
  const tomorrow = morning(now, 1);
  // Monday is 1; a Monday's "Monday" is the next one.
  const days = (8 - now.getDay()) % 7 || 7;
  return [
    { title: "In 1 hour", at: new Date(now.getTime() + HOUR_MS) },
    { title: "In 3 hours", at: new Date(now.getTime() + 3 * HOUR_MS) },
    { title: "Tomorrow, 9:00", at: tomorrow },
    ...(days > 1 ? [{ title: "Monday, 9:00", at: morning(now, days) }] : []),
  ];
}

/** The value of a `datetime-local` field as a moment; null when it is empty. */
export function atTime(value: string): Date | null {
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? null : at;
}

/** A moment as the value of a `datetime-local` field. */
export function inputTime(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

function morning(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING);
}
