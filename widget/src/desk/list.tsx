/** The left column: tabs, search, and rows that tell by their look who needs somebody soonest. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Empty, Failed, Icon, Loading, Tabs } from "../shared/components";
import type { Desk } from "./desk";
import { ListRow } from "./list-row";
import type { Tab } from "./model";
import type { Work } from "./work";

const EMPTY: Record<Tab, [title: string, words: string]> = {
  waiting: ["Nobody is waiting", "Whoever asks for a person appears here at once."],
  mine: ["You have no conversations", "Claim one from Waiting; it stays here until it is closed."],
  all: ["No open conversations", "Conversations with the assistant and with colleagues appear here."],
  closed: ["Nothing closed yet", "Closed conversations can be found here again."],
};

export function List({ desk, work }: { desk: Desk; work: Work }): JSX.Element {
  const tab = desk.tab.value;
  const searching = desk.query.value.trim() !== "";
  const unread = desk.mine.value.filter((row) => row.unread > 0).length;
  const tabs = [
    { id: "waiting", title: "Waiting", count: desk.waiting.value },
    { id: "mine", title: "Mine", count: unread },
    { id: "all", title: "All" },
    { id: "closed", title: "Closed" },
  ] as const;
  return (
    <aside class="d-list" aria-label="Conversations">
      <Search desk={desk} work={work} />
      {searching ? (
        <p class="d-list-heading">
          Found in all conversations
          <button type="button" class="d-link" onClick={() => desk.show(tab)}>
            Clear
          </button>
        </p>
      ) : (
        <Tabs label="Lists" tabs={tabs} current={tab} onSelect={(id) => desk.show(id)} />
      )}
      <div class="d-rows" role="tabpanel" id={`panel-${tab}`} aria-labelledby={searching ? undefined : `tab-${tab}`}>
        <Rows desk={desk} searching={searching} />
      </div>
    </aside>
  );
}

function Rows({ desk, searching }: { desk: Desk; searching: boolean }): JSX.Element {
  const rows = desk.rows.value;
  if (!rows && desk.listFailure.value) {
    return <Failed error={desk.listFailure.value} onRetry={() => void desk.refetch()} />;
  }
  if (!rows) return <Loading />;
  if (rows.length === 0) {
    const [title, words] = searching
      ? ["Nothing found", "Names, addresses and messages were searched. Try fewer or other words."]
      : EMPTY[desk.tab.value];
    return (
      <Empty title={title} icon={searching ? "search" : "chat"}>
        {words}
      </Empty>
    );
  }
  return (
    <>
      <ul>
        {rows.map((row) => (
          <li key={row.id}>
            <ListRow desk={desk} row={row} open={row.id === desk.open.value?.id} />
          </li>
        ))}
      </ul>
      {desk.tooMuch.value ? (
        <p class="d-list-end">These are the first {rows.length}. Search finds the others.</p>
      ) : null}
    </>
  );
}

function Search({ desk, work }: { desk: Desk; work: Work }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const asked = work.focusSearch.value;
  useEffect(() => {
    if (asked > 0) input.current?.select();
  }, [asked]);
  return (
    <div class="d-search" role="search">
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        aria-label="Search names, addresses and messages"
        placeholder="Search names, messages"
        maxLength={200}
        value={desk.query.value}
        onInput={(event) => desk.search(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          desk.search("");
          event.currentTarget.blur();
        }}
      />
    </div>
  );
}
