/** Times as people read them. Every function takes the moment it is compared with, so that tests need no clock. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Moment = string | number | Date;

function secondsBetween(from: Moment, to: Moment): number {
  return (new Date(to).getTime() - new Date(from).getTime()) / 1000;
}

/** "just now", "5 min ago", "yesterday", "12 Mar": how long ago a moment was. */
export function relativeTime(moment: Moment, now: Moment = Date.now(), locale?: string): string {
  const seconds = secondsBetween(moment, now);
  if (Number.isNaN(seconds)) return "";
  if (seconds < 45) return "just now";
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  if (seconds < HOUR) return words.format(-Math.max(1, Math.round(seconds / MINUTE)), "minute");
  if (seconds < DAY) return words.format(-Math.round(seconds / HOUR), "hour");
  if (seconds < 7 * DAY) return words.format(-Math.round(seconds / DAY), "day");
  return shortDate(moment, now, locale);
}

/** Made once a locale: making one takes longer than many uses of it. */
const clocks = new Map<string | undefined, Intl.DateTimeFormat>();

/** "14:05" in the reader's own time zone. */
export function clockTime(moment: Moment, locale?: string): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return "";
  const clock = clocks.get(locale) ?? new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
  clocks.set(locale, clock);
  return clock.format(date);
}

/** "12 Mar", with the year only when it is another one. */
export function shortDate(moment: Moment, now: Moment = Date.now(), locale?: string): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return "";
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  return date.toLocaleDateString(locale, {
    day: "numeric",
    month: "short",
    ...(sameYear ? {} : { year: "numeric" }),
  });
}

/** "Today", "Yesterday", "Monday" or a date: the heading over a day's messages. */
export function dayLabel(moment: Moment, now: Moment = Date.now(), locale?: string): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return "";
  const days = Math.round((startOfDay(new Date(now)) - startOfDay(date)) / (DAY * 1000));
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days > 1 && days < 7) return date.toLocaleDateString(locale, { weekday: "long" });
  return shortDate(date, now, locale);
}

/** A span for tables and timers: "45 s", "3 min", "1 h 05", "2 d 4 h". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.round(whole / MINUTE)} min`;
  if (whole < DAY) return `${Math.floor(whole / HOUR)} h ${pad(Math.floor((whole % HOUR) / MINUTE))}`;
  return `${Math.floor(whole / DAY)} d ${Math.floor((whole % DAY) / HOUR)} h`;
}

/** An expected wait, never more exact than it is known: "less than a minute", "about 5 minutes". */
export function expectedWait(seconds: number): string {
  if (seconds < MINUTE) return "less than a minute";
  const minutes = Math.ceil(seconds / MINUTE);
  if (minutes === 1) return "about a minute";
  if (minutes <= 10) return `about ${minutes} minutes`;
  if (minutes < 60) return `about ${Math.ceil(minutes / 5) * 5} minutes`;
  return minutes < 90 ? "about an hour" : `about ${Math.round(minutes / 60)} hours`;
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
