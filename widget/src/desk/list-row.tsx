/** One conversation in the list. */
import type { JSX } from "preact";
import { Icon } from "../shared/components";
import { duration, relativeTime } from "../shared/time";
import type { Desk } from "./desk";
import { isOfferedTo, isSnoozed, isWaiting, pressure, waitsSince } from "./lists";
import type { Row } from "./model";
import { reasonWords } from "../shared/words";
import { PRIORITIES, customerName, stateWords } from "./words";

export function ListRow({ desk, row, open }: { desk: Desk; row: Row; open: boolean }): JSX.Element {
  const now = desk.now.value;
  const snoozed = isSnoozed(row, now);
  const since = snoozed ? null : waitsSince(row);
  const seconds = since === null ? null : Math.max(0, (now - since) / 1000);
  const need = pressure(seconds, row.priority);
  const marks = `d-row d-row-${need} d-row-${row.priority}${row.unread ? " d-row-unread" : ""}`;
  return (
    <button
      type="button"
      class={snoozed ? `${marks} d-row-snoozed` : marks}
      aria-current={open ? "true" : undefined}
      onClick={() => desk.select(row.id)}
    >
      <span class="d-row-top">
        <strong>{customerName(row.customer)}</strong>
        {row.customer.verified ? <Icon name="check" label="Signed in" /> : null}
        <PriorityMark row={row} />
        <Wait row={row} seconds={seconds} snoozed={snoozed} now={now} />
      </span>
      <span class="d-row-text">
        <span>{row.last_message ?? "No message yet"}</span>
        {row.unread > 0 ? (
          <span class="d-unread">
            {row.unread}
            <span class="b-hidden-text"> unread</span>
          </span>
        ) : null}
      </span>
      <Foot row={row} me={desk.me.value} />
    </button>
  );
}

function Wait({
  row,
  seconds,
  snoozed,
  now,
}: {
  row: Row;
  seconds: number | null;
  snoozed: boolean;
  now: number;
}): JSX.Element {
  if (snoozed) {
    return (
      <span class="d-wait">
        <Icon name="clock" />
        put aside
      </span>
    );
  }
  if (seconds === null)
    return <span class="d-wait d-wait-none">{relativeTime(row.last_message_at ?? row.updated_at, now)}</span>;
  return (
    <span class="d-wait d-wait-running" title={isWaiting(row) ? "Waiting for a person" : "Waiting for an answer"}>
      <span class="b-hidden-text">waiting </span>
      {duration(seconds)}
    </span>
  );
}

function PriorityMark({ row }: { row: Row }): JSX.Element | null {
  if (row.priority === "normal") return null;
  return <span class={`d-priority d-priority-${row.priority}`}>{PRIORITIES[row.priority]}</span>;
}

function Foot({ row, me }: { row: Row; me: string }): JSX.Element {
  const parts: string[] = [];
  if (row.state === "agent") parts.push(row.assignee?.id === me ? "Yours" : `With ${row.assignee?.name ?? "an agent"}`);
  else if (row.state !== "queued") parts.push(stateWords(row.state));
  if (row.reason && row.state !== "closed" && row.state !== "bot") parts.push(reasonWords(row.reason));
  if (row.team) parts.push(row.team);
  return (
    <span class="d-row-foot">
      {isOfferedTo(row, me) ? <span class="d-for-you">For you</span> : null}
      <span>{parts.join(" · ")}</span>
      {row.labels.slice(0, 2).map((label) => (
        <span key={label} class="d-label">
          {label}
        </span>
      ))}
      {row.labels.length > 2 ? <span class="b-muted">+{row.labels.length - 2}</span> : null}
    </span>
  );
}
