/** What customers may want, and the examples the assistant knows it by. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Api } from "../shared/api";
import { Empty, Table } from "../shared/components";
import { intentWords } from "../shared/words";
import { IntentEditor } from "./intent-editor";
import { Shown, useLoaded } from "./loading";
import type { IntentRow } from "./model";
import { hashOf } from "./place";
import { unsaved } from "./unsaved";

/** Fewer examples than this are learned badly. */
const FEW = 15;

export function Intents({ api, open }: { api: Api; open: string | null }): JSX.Element {
  const [filter, setFilter] = useState("");
  const intents = useLoaded(() => api.get<{ items: IntentRow[] }>("/studio/intents"), [open === null]);
  if (open) return <IntentEditor key={open} api={api} name={open} />;
  return (
    <>
      <div class="t-tools">
        <input
          class="b-input t-filter"
          type="search"
          aria-label="Filter intents"
          placeholder="Filter intents"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </div>
      <Shown loaded={intents}>{({ items }) => <List items={items} filter={filter} />}</Shown>
    </>
  );
}

function List({ items, filter }: { items: readonly IntentRow[]; filter: string }): JSX.Element {
  const wanted = filter.toLowerCase().trim();
  const shown = items.filter(({ name }) => `${name} ${intentWords(name)}`.toLowerCase().includes(wanted));
  return (
    <Table
      caption="Intents"
      rows={shown}
      rowKey={({ name }) => name}
      sort={{ column: "name", descending: false }}
      limit={500}
      empty={<Empty title="No intent is called like that" icon="search" />}
      columns={[
        {
          id: "name",
          title: "Intent",
          value: ({ name }) => intentWords(name),
          cell: ({ name }) => (
            <>
              <a href={hashOf("intents", name)}>{intentWords(name)}</a>
              {unsaved.value.has(`intents/${name}`) ? <span class="t-tag">not saved</span> : null}
            </>
          ),
        },
        { id: "code", title: "Name in the files", value: ({ name }) => name, cell: ({ name }) => <code>{name}</code> },
        { id: "file", title: "File", value: ({ file }) => file },
        {
          id: "examples",
          title: "Examples",
          value: ({ examples }) => examples,
          cell: ({ examples }) => (examples < FEW ? <span class="t-few">{examples}, few</span> : examples),
          numeric: true,
        },
      ]}
    />
  );
}
