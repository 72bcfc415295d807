/** The log: stays at its end while one is there, and says what is new while one is not. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Button, Icon } from "../shared/components";
import { dayLabel } from "../shared/time";
import { attempt } from "./actions";
import { EntryView, Pending } from "./entry-view";
import type { Entry } from "./log";
import type { Replies } from "./replies";
import type { Talk } from "./talk";

const SHOWN = 200;
const NEAR_END_PX = 80;

interface Props {
  talk: Talk;
  me: string;
  replies: Replies;
}

export function LogView({ talk, me, replies }: Props): JSX.Element {
  const log = talk.log.value;
  const pending = replies.pending.value.filter(({ conversation }) => conversation === talk.id);
  const arrived = new Set(
    log.entries.map((entry) => (entry.type === "message" ? entry.message.client_message_id : null)),
  );
  const unsent = pending.filter(({ id }) => !arrived.has(id));
  const [shown, setShown] = useState(SHOWN);
  const { place, behind, toEnd } = useEnd(log.lastSeq + unsent.length);
  const entries = log.entries.slice(-shown);
  const older = async (): Promise<void> => {
    if (log.entries.length <= shown && talk.hasOlder.value) await attempt(talk.loadOlder());
    setShown(shown + SHOWN);
  };
  return (
    <div class="d-log-place">
      <div class="d-log" ref={place} tabIndex={0} role="region" aria-label="Conversation">
        {log.entries.length > shown || talk.hasOlder.value ? (
          <Button tone="quiet" small onClick={() => void older()}>
            Show earlier
          </Button>
        ) : null}
        <div role="log" aria-label="Messages">
          {entries.map((entry, index) => (
            <Row key={entry.seq} entry={entry} before={entries[index - 1]} talk={talk} me={me} />
          ))}
          {unsent.map((reply) => (
            <Pending key={reply.id} reply={reply} replies={replies} />
          ))}
        </div>
      </div>
      {behind ? (
        <Button small class="d-to-end" icon="down" onClick={toEnd}>
          Newest
        </Button>
      ) : null}
    </div>
  );
}

function Row({
  entry,
  before,
  talk,
  me,
}: {
  entry: Entry;
  before: Entry | undefined;
  talk: Talk;
  me: string;
}): JSX.Element {
  const log = talk.log.value;
  const day = dayLabel(entry.at);
  const first = !follows(entry, before);
  const reading = log.readings.get(entry.seq);
  const read = log.customerRead >= entry.seq;
  // The same node again is not drawn again: a long log costs only what is new in it.
  const shown = useMemo(
    () => <EntryView entry={entry} first={first} reading={reading} read={read} me={me} />,
    [entry, first, reading, read, me],
  );
  return (
    <>
      {!before || dayLabel(before.at) !== day ? <h3 class="d-day">{day}</h3> : null}
      {shown}
    </>
  );
}

/** True when the same person goes on speaking. */
function follows(entry: Entry, before: Entry | undefined): boolean {
  if (entry.type !== "message" || before?.type !== "message") return false;
  return entry.author.kind === before.author.kind && entry.author.name === before.author.name;
}

function useEnd(news: number): { place: { current: HTMLDivElement | null }; behind: boolean; toEnd: () => void } {
  const place = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [behind, setBehind] = useState(false);
  const toEnd = (): void => place.current?.scrollTo({ top: place.current.scrollHeight });
  useLayoutEffect(() => {
    if (atEnd.current) toEnd();
    else setBehind(true);
  }, [news]);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let top = element.scrollTop;
    // What grows or shrinks around the log scrolls it too; only a reader moves it up.
    const onScroll = (): void => {
      const left = element.scrollHeight - element.scrollTop - element.clientHeight;
      if (left < NEAR_END_PX) atEnd.current = true;
      else if (element.scrollTop < top) atEnd.current = false;
      top = element.scrollTop;
      if (atEnd.current) setBehind(false);
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    const resized = new ResizeObserver(() => atEnd.current && toEnd());
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", onScroll);
      resized.disconnect();
    };
  }, []);
  return { place, behind, toEnd };
}

/** Brings a message into sight and shows which one it is. */
export function jumpTo(seq: number): void {
  const element = document.getElementById(`m-${seq}`);
  if (!element) return;
  element.scrollIntoView({ block: "center" });
  element.focus({ preventScroll: true });
  element.classList.add("d-found");
  setTimeout(() => element.classList.remove("d-found"), 2000);
}

export function Jump({ seq, children }: { seq: number; children: ComponentChildren }): JSX.Element {
  return (
    <button type="button" class="d-jump" onClick={() => jumpTo(seq)} title="Go to the message">
      {children}
      <Icon name="chevron" />
    </button>
  );
}
