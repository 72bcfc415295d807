/** The conversations behind the figures, each a way into the desk. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Column, Failed, Loading, Table } from "../shared/components";
import type { StaffSession } from "../shared/staff/session";
import { clockTime, shortDate } from "../shared/time";
import { outcomeWords, reasonWords } from "../shared/words";
import { CsvLink } from "./days";
import type { Only, Range, Run } from "./model";
import { NONE, seconds } from "./words";

export interface Wanted {
  only?: Only;
  reason?: string;
}

const ONLY: Record<Only, string> = {
  contained: "Solved without a person",
  escalated: "Passed on to people",
  abandoned: "Left the queue",
  rated: "Rated",
};

interface Props {
  session: StaffSession;
  range: Range;
  wanted: Wanted;
  onWanted: (wanted: Wanted) => void;
  /** Fetched again when the figures were. */
  counted: string;
}

export function Runs({ session, range, wanted, onWanted, counted }: Props): JSX.Element {
  const query = { ...range, ...wanted };
  const [found, setFound] = useState<{ items: Run[]; total: number } | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const load = (): void => {
    setFailure(null);
    session.api.get<{ items: Run[]; total: number }>("/insight/conversations", { query }).then(setFound, setFailure);
  };
  useEffect(load, [range.from, range.to, wanted.only, wanted.reason, counted]);
  return (
    <section class="i-part" id="runs" aria-labelledby="runs-title">
      <header>
        <h2 id="runs-title">Conversations</h2>
        <Filter wanted={wanted} onWanted={onWanted} />
        <CsvLink name="conversations" query={query} />
      </header>
      {failure ? <Failed error={failure} onRetry={load} /> : null}
      {!found && !failure ? <Loading /> : null}
      {found && !failure ? (
        <>
          <Table
            caption="Conversations"
            columns={columns(session.may("agent"))}
            rows={found.items}
            rowKey={(run) => `${run.conversation_id}.${run.run}`}
            limit={50}
            empty={<p class="b-muted">None of this kind on these days.</p>}
          />
          {found.total > found.items.length ? (
            <p class="b-muted">
              The newest {found.items.length} of {found.total}; the CSV has all of them.
            </p>
          ) : null}
        </>
      ) : null}
    </section>
  );
}

function Filter({ wanted, onWanted }: { wanted: Wanted; onWanted: (wanted: Wanted) => void }): JSX.Element {
  return (
    <div class="i-filter">
      <select
        aria-label="Which conversations"
        value={wanted.only ?? ""}
        onChange={(event) => {
          const only = event.currentTarget.value as Only | "";
          onWanted(only ? { only } : {});
        }}
      >
        <option value="">All</option>
        {Object.entries(ONLY).map(([only, title]) => (
          <option key={only} value={only}>
            {title}
          </option>
        ))}
      </select>
      {wanted.reason ? (
        <button type="button" class="i-chip" onClick={() => onWanted({})}>
          {reasonWords(wanted.reason)}
          <span aria-hidden="true"> {"\u00d7"}</span>
          <span class="b-hidden-text">, take the filter away</span>
        </button>
      ) : null}
    </div>
  );
}

function columns(linked: boolean): Column<Run>[] {
  return [
    {
      id: "began",
      title: "Began",
      value: (run) => run.first_customer_at,
      cell: (run) => {
        const words = `${shortDate(run.first_customer_at)}, ${clockTime(run.first_customer_at)}`;
        return linked ? <a href={`/desk#${run.conversation_id}`}>{words}</a> : words;
      },
    },
    { id: "end", title: "How it went", value: course },
    { id: "reason", title: "Passed on because", value: (run) => (run.reason ? reasonWords(run.reason) : null) },
    { id: "agent", title: "Agent", value: (run) => run.agent },
    { id: "messages", title: "Messages", value: (run) => run.customer_messages, numeric: true },
    {
      id: "waiting",
      title: "Wait",
      value: (run) => run.waiting_seconds,
      cell: (run) => seconds(run.waiting_seconds),
      numeric: true,
    },
    {
      id: "handling",
      title: "With a person",
      value: (run) => run.handling_seconds,
      cell: (run) => seconds(run.handling_seconds),
      numeric: true,
    },
    { id: "csat", title: "Rating", value: (run) => run.csat, cell: (run) => run.csat ?? NONE, numeric: true },
  ];
}

/** How a run went, in a word or two. */
export function course(run: Run): string {
  if (run.abandoned) return "Left the queue";
  if (run.contained) return run.ended_at ? "Solved without a person" : "Answered by the assistant";
  if (run.outcome && run.agent) return outcomeWords(run.outcome);
  if (run.escalated) return run.ended_at ? "Passed on, ended" : "Passed on, open";
  return run.ended_at ? "Ended" : "Open";
}
