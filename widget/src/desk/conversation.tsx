/** The middle column: who it is and what can be done, the packet, the log, the composer. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { ApiError } from "../shared/api";
import { Avatar, Empty, Failed, IconButton, Loading } from "../shared/components";
import { Actions } from "./actions";
import { Composer } from "./composer";
import type { Desk } from "./desk";
import { Dialogs } from "./dialogs";
import { isWaiting } from "./lists";
import { LogView } from "./log-view";
import type { Detail } from "./model";
import { Packet } from "./packet";
import type { Talk } from "./talk";
import type { Work } from "./work";
import { customerName, stateWords } from "./words";

interface Props {
  desk: Desk;
  talk: Talk;
  work: Work;
  onContext: () => void;
}

export function Conversation(props: Props): JSX.Element {
  const { desk, talk, work } = props;
  // Each conversation begins with a reply: a note meant for another one must not swallow it.
  useEffect(() => void (work.mode.value = "reply"), [talk]);
  const detail = talk.detail.value;
  if (!detail) {
    return (
      <main class="d-main">
        <h1 class="b-hidden-text">Conversation</h1>
        <IconButton icon="back" label="Back to the list" class="d-back" onClick={() => desk.select(null)} />
        {talk.failure.value ? (
          <NotOpened desk={desk} failure={talk.failure.value} />
        ) : (
          <Loading label="Fetching the conversation" />
        )}
      </main>
    );
  }
  return <Opened {...props} detail={detail} />;
}

function NotOpened({ desk, failure }: { desk: Desk; failure: unknown }): JSX.Element {
  // What is not there will not be there on a second look either.
  if (failure instanceof ApiError && failure.status === 404) {
    return (
      <Empty title="There is no such conversation" icon="search">
        The link may be old, or the customer's data was erased.
      </Empty>
    );
  }
  return <Failed error={failure} onRetry={() => void desk.reload()} />;
}

function Opened({ desk, talk, work, onContext, detail }: Props & { detail: Detail }): JSX.Element {
  const waiting = isWaiting(detail);
  return (
    <main class="d-main" aria-label={`Conversation with ${customerName(detail.customer)}`}>
      <header class="d-head">
        <IconButton icon="back" label="Back to the list" class="d-back" onClick={() => desk.select(null)} />
        <Avatar name={customerName(detail.customer)} />
        <div class="d-head-who">
          <h1>{customerName(detail.customer)}</h1>
          <p class="b-muted b-small">{standing(detail, desk.me.value)}</p>
        </div>
        <Actions desk={desk} talk={talk} detail={detail} work={work} />
        <IconButton icon="person" label="Details" class="d-context-button" onClick={onContext} />
      </header>
      <Packet key={String(waiting)} talk={talk} opened={waiting} />
      <LogView talk={talk} me={desk.me.value} replies={desk.replies} />
      <Present talk={talk} />
      <Composer desk={desk} talk={talk} detail={detail} work={work} />
      <Dialogs desk={desk} talk={talk} detail={detail} work={work} />
    </main>
  );
}

function standing(detail: Detail, me: string): string {
  if (detail.state === "agent") {
    return detail.assignee?.id === me ? "Yours" : `With ${detail.assignee?.name ?? "an agent"}`;
  }
  if (detail.state === "queued") return detail.position ? `Waiting, number ${detail.position} in line` : "Waiting";
  return stateWords(detail.state);
}

/** Who else is looking, and who is typing. */
function Present({ talk }: { talk: Talk }): JSX.Element {
  const viewers = talk.viewers.value;
  const looking = viewers.filter(({ typing }) => !typing).map(({ name }) => name);
  const writing = viewers.filter(({ typing }) => typing).map(({ name }) => name);
  const parts = [
    talk.typing.value && !writing.includes(talk.typing.value) ? `${talk.typing.value} is typing` : null,
    writing.length ? `${writing.join(" and ")} ${writing.length === 1 ? "is" : "are"} writing here` : null,
    looking.length ? `${looking.join(", ")} ${looking.length === 1 ? "is" : "are"} also looking` : null,
  ].filter(Boolean);
  return (
    <p class={writing.length ? "d-present d-present-writing" : "d-present"} role="status">
      {parts.join(". ")}
    </p>
  );
}
