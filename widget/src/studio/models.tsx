/** The models there are: which one serves, letting another one serve, going back, comparing two. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Api } from "../shared/api";
import { Button, Dialog, Empty, Table, toast } from "../shared/components";
import { clockTime, shortDate } from "../shared/time";
import { Compare } from "./compare";
import { Shown, useLoaded } from "./loading";
import type { ModelRow } from "./model";
import { megabytes, sharp } from "./model-words";
import { Promote } from "./promote";
import { attempt } from "./review-words";

const STATES: Record<ModelRow["status"], string> = { live: "serves", previous: "served before", candidate: "" };

export function Models({ api }: { api: Api }): JSX.Element {
  const models = useLoaded(() => api.get<{ items: ModelRow[]; live: string | null }>("/studio/models"), []);
  return (
    <Shown loaded={models}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="No model yet" icon="box">
            A training makes the first one.
          </Empty>
        ) : (
          <>
            <Rollback api={api} items={items} onDone={() => void models.reload()} />
            <List api={api} items={items} onDone={() => void models.reload()} />
            <Compare api={api} models={items} />
          </>
        )
      }
    </Shown>
  );
}

interface Props {
  api: Api;
  items: readonly ModelRow[];
  onDone: () => void;
}

function Rollback({ api, items, onDone }: Props): JSX.Element | null {
  const [asking, setAsking] = useState(false);
  const previous = items.find(({ status }) => status === "previous");
  if (!previous) return null;
  const roll = async (): Promise<void> => {
    const record = await attempt(api.post<ModelRow>("/studio/models/rollback"));
    setAsking(false);
    if (record) toast("The model from before serves again.");
    onDone();
  };
  return (
    <div class="t-tools">
      <Button icon="undo" onClick={() => setAsking(true)}>
        Go back to the model before
      </Button>
      {asking ? (
        <Dialog
          title="Go back?"
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button onClick={() => setAsking(false)}>Not now</Button>
              <Button tone="primary" onClick={() => void roll()}>
                Go back
              </Button>
            </>
          }
        >
          <p>
            <code>{previous.id}</code> of {shortDate(previous.created_at)} serves again from the next message on.
          </p>
        </Dialog>
      ) : null}
    </div>
  );
}

function List({ api, items, onDone }: Props): JSX.Element {
  return (
    <Table
      caption="Models"
      rows={items}
      rowKey={({ id }) => id}
      columns={[
        {
          id: "made",
          title: "Made",
          value: (model) => model.created_at,
          cell: (model) => (
            <>
              {shortDate(model.created_at)}, {clockTime(model.created_at)}
              {STATES[model.status] ? (
                <span class={model.status === "live" ? "t-tag t-tag-live" : "t-tag"}>{STATES[model.status]}</span>
              ) : null}
            </>
          ),
        },
        { id: "id", title: "Model", value: ({ id }) => id, cell: ({ id }) => <code>{id}</code> },
        {
          id: "understood",
          title: "Held-out understood",
          value: ({ metrics }) => metrics.held_out?.accuracy ?? null,
          cell: ({ metrics }) => (metrics.held_out ? sharp(metrics.held_out.accuracy) : ""),
          numeric: true,
        },
        {
          id: "gate",
          title: "Against the one before",
          value: ({ passed_gate }) => (passed_gate ? "as good or better" : "worse"),
          cell: ({ passed_gate }) => (passed_gate ? "as good or better" : <span class="t-bad">worse</span>),
        },
        { id: "intents", title: "Intents", value: ({ metrics }) => metrics.intents ?? null, numeric: true },
        { id: "size", title: "Size", value: ({ size }) => size, cell: ({ size }) => megabytes(size), numeric: true },
        {
          id: "promote",
          title: "Use",
          value: () => null,
          cell: (model) =>
            model.status === "live" ? (
              ""
            ) : (
              <Promote api={api} id={model.id} passed={model.passed_gate} onDone={onDone} />
            ),
        },
      ]}
    />
  );
}
