/** The same recent messages read by two models: only where they differ is worth reading. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Api } from "../shared/api";
import { Button, Failed, Select, Table } from "../shared/components";
import { clockTime, shortDate } from "../shared/time";
import { intentWords, percent } from "../shared/words";
import type { Comparison, Difference, ModelRow } from "./model";

export function Compare({ api, models }: { api: Api; models: readonly ModelRow[] }): JSX.Element | null {
  const live = models.find(({ status }) => status === "live") ?? models[0];
  const other = models.find(({ id }) => id !== live?.id);
  const [a, setA] = useState(live?.id ?? "");
  const [b, setB] = useState(other?.id ?? "");
  const [found, setFound] = useState<Comparison | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  if (models.length < 2) return null;
  const compare = async (event?: Event): Promise<void> => {
    event?.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      const path = `/studio/models/${encodeURIComponent(a)}/compare`;
      setFound(await api.get<Comparison>(path, { query: { with: b } }));
    } catch (reason) {
      setFailure(reason);
    }
    setBusy(false);
  };
  return (
    <section class="t-compare" aria-labelledby="compare">
      <h2 id="compare">Compare two models</h2>
      <form class="t-tools t-tools-bottom" onSubmit={(event) => void compare(event)}>
        <Choice label="One" value={a} models={models} onChange={setA} />
        <Choice label="The other" value={b} models={models} onChange={setB} />
        <Button type="submit" busy={busy} disabled={a === b}>
          {busy ? "Reading" : "Compare"}
        </Button>
      </form>
      {failure ? <Failed error={failure} onRetry={() => void compare()} /> : null}
      {found && !failure ? <Result found={found} /> : null}
    </section>
  );
}

function Choice(props: {
  label: string;
  value: string;
  models: readonly ModelRow[];
  onChange: (id: string) => void;
}): JSX.Element {
  return (
    <Select label={props.label} value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)}>
      {props.models.map((model) => (
        <option key={model.id} value={model.id}>
          {shortDate(model.created_at)}, {clockTime(model.created_at)}
          {model.status === "live" ? " (serves)" : ""}
        </option>
      ))}
    </Select>
  );
}

function Result({ found }: { found: Comparison }): JSX.Element {
  const { messages, same, different } = found;
  if (messages === 0) return <p class="b-muted">No customer has written yet, so there is nothing to compare on.</p>;
  return (
    <>
      <p role="status">
        Of the newest {messages} messages both read {same} alike and {different.length} differently.
      </p>
      <Table
        caption="Messages read differently"
        rows={different}
        rowKey={({ text }) => text}
        empty={<span />}
        columns={[
          { id: "text", title: "Message", value: ({ text }) => text },
          { id: "a", title: "One", value: (row) => row.a.intent, cell: ({ a }) => reading(a) },
          { id: "b", title: "The other", value: (row) => row.b.intent, cell: ({ b }) => reading(b) },
        ]}
      />
    </>
  );
}

function reading({ intent, confidence }: Difference["a"]): string {
  return intent ? `${intentWords(intent)}, ${percent(confidence)} sure` : "Not understood";
}
