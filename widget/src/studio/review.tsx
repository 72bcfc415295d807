/** Messages the assistant was unsure of or passed on: say what they mean, and it learns them. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Api } from "../shared/api";
import { Button, Empty, Table, toast } from "../shared/components";
import { clockTime, shortDate } from "../shared/time";
import { intentWords } from "../shared/words";
import { Shown, useLoaded } from "./loading";
import type { Heard, IntentRow, ReviewStatus, Why } from "./model";
import { hashOf } from "./place";
import { ReviewItem } from "./review-item";
import { WHY, attempt } from "./review-words";

const PAGE = 50;

export function Review({ api, linked }: { api: Api; linked: boolean }): JSX.Element {
  const [status, setStatus] = useState<ReviewStatus>("open");
  const [why, setWhy] = useState<Why | "">("");
  const [taught, setTaught] = useState(0);
  const query = { status, why: status === "open" ? why || undefined : undefined, limit: PAGE };
  const inbox = useLoaded(() => api.get<{ items: Heard[] }>("/studio/review", { query }), [status, why]);
  const intents = useLoaded(() => api.get<{ items: IntentRow[] }>("/studio/intents"), []);
  const done = (heard: Heard, learned: boolean): void => {
    inbox.set({ items: (inbox.value?.items ?? []).filter(({ id }) => id !== heard.id) });
    if (learned) setTaught(taught + 1);
    toast(learned ? "It will be learned in the next training." : "Taken out of the list.", {
      action: { title: "Put back", run: () => void reopen(heard, learned) },
    });
  };
  const reopen = async (heard: Heard, learned: boolean): Promise<void> => {
    if (!(await attempt(api.post(`/studio/review/${heard.id}/reopen`)))) return;
    toast(learned ? "It is back. Its example stays with the intent until you take it out there." : "It is back.");
    await inbox.reload();
  };
  const older = async (): Promise<void> => {
    const before = inbox.value?.items.at(-1)?.at;
    const more = await attempt(api.get<{ items: Heard[] }>("/studio/review", { query: { ...query, before } }));
    if (more) inbox.set({ items: [...(inbox.value?.items ?? []), ...more.items] });
    if (more?.items.length === 0) toast("There are no older ones.");
  };
  return (
    <>
      <div class="t-tools">
        <Choice value={status} onChange={setStatus} />
        {status === "open" ? <WhyFilter value={why} onChange={setWhy} /> : null}
        <Button small icon="refresh" onClick={() => void inbox.reload()}>
          Look again
        </Button>
        {taught ? (
          <a class="t-tool-end" href={hashOf("training")}>
            {taught} taught now. Train to make it count.
          </a>
        ) : null}
      </div>
      <Shown loaded={inbox}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing status={status} />
          ) : status === "open" ? (
            <>
              <ul class="t-inbox">
                {items.map((heard) => (
                  <li key={heard.id}>
                    <ReviewItem {...{ api, heard, linked }} intents={intents.value?.items ?? []} onDone={done} />
                  </li>
                ))}
              </ul>
              {items.length >= PAGE ? (
                <Button tone="quiet" onClick={() => void older()}>
                  Show older ones
                </Button>
              ) : null}
            </>
          ) : (
            <Done items={items} onReopen={(heard) => void reopen(heard, heard.status === "labelled")} />
          )
        }
      </Shown>
    </>
  );
}

function Choice({ value, onChange }: { value: ReviewStatus; onChange: (status: ReviewStatus) => void }): JSX.Element {
  const titles: Record<ReviewStatus, string> = { open: "Open", labelled: "Taught", dismissed: "Dismissed" };
  return (
    <div role="group" aria-label="Which messages" class="t-choice">
      {(Object.keys(titles) as ReviewStatus[]).map((status) => (
        <button key={status} type="button" aria-pressed={value === status} onClick={() => onChange(status)}>
          {titles[status]}
        </button>
      ))}
    </div>
  );
}

function WhyFilter({ value, onChange }: { value: Why | ""; onChange: (why: Why | "") => void }): JSX.Element {
  return (
    <select
      class="t-select"
      aria-label="Why it is here"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value as Why | "")}
    >
      <option value="">All reasons</option>
      {Object.entries(WHY).map(([why, words]) => (
        <option key={why} value={why}>
          {words}
        </option>
      ))}
    </select>
  );
}

function Nothing({ status }: { status: ReviewStatus }): JSX.Element {
  if (status !== "open") return <Empty title="None yet" icon="check" />;
  return (
    <Empty title="Nothing to review" icon="check">
      Messages the assistant was unsure of, or passed on to people, appear here.
    </Empty>
  );
}

function Done({ items, onReopen }: { items: readonly Heard[]; onReopen: (heard: Heard) => void }): JSX.Element {
  return (
    <Table
      caption="Messages that were dealt with"
      rows={items}
      rowKey={({ id }) => id}
      columns={[
        { id: "text", title: "Message", value: ({ text }) => text },
        {
          id: "intent",
          title: "Taught as",
          value: ({ marked }) => (marked?.intent ? intentWords(marked.intent) : null),
        },
        { id: "by", title: "By", value: ({ marked }) => marked?.by.name ?? null },
        {
          id: "at",
          title: "When",
          value: ({ marked }) => marked?.at ?? null,
          cell: ({ marked }) => (marked ? `${shortDate(marked.at)}, ${clockTime(marked.at)}` : null),
        },
        {
          id: "undo",
          title: "Put back",
          value: () => null,
          cell: (heard) => (
            <Button small icon="undo" onClick={() => onReopen(heard)}>
              Put back
            </Button>
          ),
        },
      ]}
    />
  );
}
