import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { clockTime, relativeTime, shortDate } from "../time";

/** One clock for all relative times of a page; it runs from the first one on. */
const now = signal(Date.now());
let running: ReturnType<typeof setInterval> | undefined;

/** "5 min ago", kept up to date; the exact time on hover. */
export function Moment({ at, locale }: { at: string; locale?: string }): JSX.Element {
  running ??= setInterval(() => (now.value = Date.now()), 30_000);
  return (
    <time class="b-time" dateTime={at} title={`${shortDate(at, now.value, locale)}, ${clockTime(at, locale)}`}>
      {relativeTime(at, now.value, locale)}
    </time>
  );
}
