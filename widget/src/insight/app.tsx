/** The insight page: a range of days, its figures, the days, the reasons, the conversations behind them. */
import type { JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { Button, Empty, Failed, Loading } from "../shared/components";
import { Gate, TopBar } from "../shared/staff/frame";
import type { StaffSession } from "../shared/staff/session";
import { clockTime } from "../shared/time";
import { Days } from "./days";
import { Figures } from "./figures";
import type { Range, Summary } from "./model";
import { RangePicker } from "./range-picker";
import { rangeOf } from "./range";
import { Reasons } from "./reasons";
import { Runs, type Wanted } from "./runs";

export function App({ session }: { session: StaffSession }): JSX.Element {
  return (
    <Gate session={session} page="Insight" role={null}>
      <div class="s-page">
        <TopBar session={session} current="Insight" />
        <Insight session={session} />
      </div>
    </Gate>
  );
}

function Insight({ session }: { session: StaffSession }): JSX.Element {
  const [range, setRange] = useState(() => rangeOf(location.search, new Date()));
  const [wanted, setWanted] = useState<Wanted>({});
  const { summary, failure, busy, load } = useSummary(session, range);
  const choose = (chosen: Range): void => {
    history.replaceState(null, "", `?from=${chosen.from}&to=${chosen.to}`);
    setRange(chosen);
    setWanted({});
  };
  const drill = (chosen: Wanted): void => {
    setWanted(chosen);
    document.getElementById("runs")?.scrollIntoView({ block: "start" });
  };
  return (
    <main class="i-main">
      <header class="i-head">
        <h1>Insight</h1>
        <RangePicker range={range} onChoose={choose} />
        <Button small icon="refresh" busy={busy} onClick={load}>
          Count again
        </Button>
      </header>
      {failure && !summary ? <Failed error={failure} onRetry={load} /> : null}
      {failure && summary ? <p class="i-stale">These figures could not be counted again just now.</p> : null}
      {!summary && !failure ? <Loading label="Counting" /> : null}
      {summary && summary.conversations.value === 0 ? (
        <Empty title="No conversations on these days" icon="search">
          Choose other days, or wait for the first customer to write.
        </Empty>
      ) : null}
      {summary && summary.conversations.value ? (
        <div class={busy ? "i-body i-body-busy" : "i-body"}>
          <p class="b-muted b-small">
            Days are counted in {summary.timezone}. Counted at {clockTime(summary.generated_at)}.
          </p>
          <Figures summary={summary} onDrill={drill} />
          <Days days={summary.daily} range={range} />
          <Reasons rows={summary.reasons} range={range} onDrill={drill} />
          <Runs session={session} range={range} wanted={wanted} onWanted={setWanted} counted={summary.generated_at} />
        </div>
      ) : null}
    </main>
  );
}

interface Loaded {
  summary: Summary | null;
  failure: unknown;
  busy: boolean;
  load: () => void;
}

function useSummary(session: StaffSession, range: Range): Loaded {
  const [summary, setSummary] = useState<Summary | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const phase = session.phase.value;
  const fetchNow = useCallback(
    (signal?: AbortSignal) => {
      setBusy(true);
      const options = { query: { ...range }, ...(signal ? { signal } : {}) };
      session.api
        .get<Summary>("/insight/summary", options)
        .then(
          (found) => {
            setSummary(found);
            setFailure(null);
          },
          (reason: unknown) => {
            if (!signal?.aborted) setFailure(reason);
          },
        )
        .finally(() => {
          if (!signal?.aborted) setBusy(false);
        });
    },
    [session, range.from, range.to],
  );
  useEffect(() => {
    if (phase !== "in") return;
    const abort = new AbortController();
    fetchNow(abort.signal);
    return () => abort.abort();
  }, [fetchNow, phase]);
  return { summary, failure, busy, load: () => fetchNow() };
}
