/** Which conversations stand under which tab, in which order. Pure; the desk feeds it. */
import type { Row, Tab } from "./model";
import type { Priority } from "../shared/types";

const RANK: Record<Priority, number> = { urgent: 3, high: 2, normal: 1, low: 0 };

export function rowsOf(tab: Tab, rows: readonly Row[], me: string, now: number): Row[] {
  switch (tab) {
    case "waiting":
      return rows.filter(isWaiting).sort((left, right) => byTurn(left, right, me, now));
    case "mine":
      return rows.filter((row) => isMine(row, me)).sort((left, right) => byNeed(left, right, now));
    case "all":
      return rows.filter(({ state }) => state !== "closed").sort((left, right) => byState(left, right, me, now));
    case "closed":
      return rows.filter(({ state }) => state === "closed").sort(byNews);
  }
}

export const isWaiting = ({ state }: Row): boolean => state === "queued" || state === "offline";
export const isOfferedTo = (row: Row, me: string): boolean => row.state === "queued" && row.wanted_agent_id === me;
export const isMine = (row: Row, me: string): boolean => row.state === "agent" && row.assignee?.id === me;

export function isSnoozed(row: Row, now: number): boolean {
  return row.snoozed_until !== null && Date.parse(row.snoozed_until) > now;
}

/** Since when somebody waits for a person: in line, or for an agent's answer. Null when nobody waits. */
export function waitsSince(row: Row): number | null {
  const since = isWaiting(row) ? row.wait_started_at : row.state === "agent" ? row.unanswered_since : null;
  return since ? Date.parse(since) : null;
}

/** How pressing a wait is, to be seen without reading. */
export function pressure(seconds: number | null, priority: Priority): "calm" | "warm" | "hot" {
  if (seconds === null) return "calm";
  const [warm, hot] = priority === "urgent" ? [0, 60] : priority === "high" ? [60, 180] : [120, 600];
  return seconds >= hot ? "hot" : seconds >= warm ? "warm" : "calm";
}

/** The row before or after the open one; the first when none is open. */
export function neighbour(rows: readonly Row[], open: string | null, step: 1 | -1): Row | undefined {
  const at = rows.findIndex(({ id }) => id === open);
  if (at < 0) return rows[0];
  return rows[Math.min(rows.length - 1, Math.max(0, at + step))];
}

/** What is offered to oneself, then the most urgent, then who has waited longest; what was put aside last. */
function byTurn(left: Row, right: Row, me: string, now: number): number {
  return (
    Number(isSnoozed(left, now)) - Number(isSnoozed(right, now)) ||
    Number(isOfferedTo(right, me)) - Number(isOfferedTo(left, me)) ||
    RANK[right.priority] - RANK[left.priority] ||
    (waitsSince(left) ?? now) - (waitsSince(right) ?? now)
  );
}

/** Unanswered ones first, longest waiting first; then newest. */
function byNeed(left: Row, right: Row, now: number): number {
  const snoozed = Number(isSnoozed(left, now)) - Number(isSnoozed(right, now));
  const [a, b] = [waitsSince(left), waitsSince(right)];
  if (snoozed) return snoozed;
  if (a !== null && b !== null) return a - b;
  if (a !== b) return a === null ? 1 : -1;
  return byNews(left, right);
}

function byState(left: Row, right: Row, me: string, now: number): number {
  const order = (row: Row): number => (isWaiting(row) ? 0 : row.state === "agent" ? 1 : 2);
  return order(left) - order(right) || (order(left) === 0 ? byTurn(left, right, me, now) : byNews(left, right));
}

function byNews(left: Row, right: Row): number {
  return Date.parse(right.last_message_at ?? right.updated_at) - Date.parse(left.last_message_at ?? left.updated_at);
}
