/** The log: all messages in order, what is pending, who is typing. It stays at its end unless the reader left it. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Button, Icon, SystemLine, TypingDots } from "../shared/components";
import { clockTime, dayLabel } from "../shared/time";
import type { Chat } from "./chat";
import type { Composer } from "./composer-state";
import { type Log, type Message, isRead } from "./log";
import { MessageRow } from "./message-row";
import { PendingRow, Progress } from "./pending-row";
import { QuickReplies } from "./quick-replies";
import { texts } from "./texts";

const SHOWN_AT_ONCE = 150;
const NEAR_END = 48;
const PAUSE_MS = 20 * 60_000;

interface LogViewProps {
  chat: Chat;
  composer: Composer;
  visible: boolean;
  before: ComponentChildren;
  after: ComponentChildren;
}

export function LogView({ chat, composer, visible, before, after }: LogViewProps): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const top = useRef(0);
  const atEnd = useSignal(true);
  const more = useSignal(0);
  const log = chat.log.value;
  const pending = chat.pending.value;
  const typing = chat.typing.value;
  const toEnd = (): void => {
    if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  };
  useLayoutEffect(() => {
    if (atEnd.peek() || pending.length > 0) toEnd();
  });
  useEffect(() => {
    const observer = new ResizeObserver(() => atEnd.peek() && toEnd());
    for (const element of [scroller.current, content.current]) if (element) observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (visible && atEnd.value) chat.markSeen();
  }, [visible, atEnd.value, log]);
  const onScroll = (): void => {
    const place = scroller.current;
    if (!place) return;
    // Only a reader scrolls up. What grows below also moves the end away, and is followed.
    if (place.scrollHeight - place.scrollTop - place.clientHeight < NEAR_END) atEnd.value = true;
    else if (place.scrollTop < top.current) atEnd.value = false;
    top.current = place.scrollTop;
  };
  const first = Math.max(0, log.messages.length - SHOWN_AT_ONCE - more.value);
  return (
    <div class="p-log-place">
      <div class="p-log" ref={scroller} onScroll={onScroll} tabIndex={0} role="region" aria-label={texts.logLabel}>
        <div ref={content}>
          {before}
          {first > 0 ? (
            <Button small tone="quiet" onClick={() => (more.value += SHOWN_AT_ONCE)}>
              {texts.earlier}
            </Button>
          ) : null}
          <div role="log" aria-live="polite" aria-label={texts.messages} aria-busy={!chat.settled.value}>
            <Messages log={log} from={first} own={pending.length === 0} />
            {pending.map((entry, index) => (
              <PendingRow
                key={entry.frame.client_message_id}
                {...{ chat, composer, entry }}
                first={index === 0}
                last={index === pending.length - 1}
              />
            ))}
          </div>
          <div role="status" class="p-typing">
            {typing ? <Typing by={typing.by} agent={log.agent} /> : null}
          </div>
          <QuickReplies chat={chat} />
          {after}
        </div>
      </div>
      {atEnd.value || chat.unread.value === 0 ? null : (
        <button type="button" class="p-to-end" onClick={toEnd}>
          <Icon name="down" />
          {texts.newMessages}
        </button>
      )}
    </div>
  );
}

/** `own`: the customer's last message may say how far it is, because none is pending after it. */
function Messages({ log, from, own }: { log: Log; from: number; own: boolean }): JSX.Element {
  const shown = log.messages.slice(from);
  const lastOwn = own ? log.messages.findLast(({ author }) => author.kind === "customer") : undefined;
  return (
    <>
      {shown.map((message, index) => {
        const previous = shown[index - 1];
        const locale = document.documentElement.lang;
        const pause = startsAfterPause(message, previous);
        return (
          <div key={message.seq}>
            {pause ? (
              <SystemLine>{`${dayLabel(message.at, Date.now(), locale)}, ${clockTime(message.at, locale)}`}</SystemLine>
            ) : null}
            <MessageRow message={message} first={pause || !sameAuthor(message, previous)}>
              {message === lastOwn ? <OwnProgress log={log} message={message} /> : null}
            </MessageRow>
          </div>
        );
      })}
    </>
  );
}

function OwnProgress({ log, message }: { log: Log; message: Message }): JSX.Element | null {
  const answered = log.messages.at(-1) !== message;
  if (answered) return null;
  return isRead(log, message) ? (
    <Progress icon="checks" words={texts.read} />
  ) : (
    <Progress icon="checks" words={texts.delivered} />
  );
}

function Typing({ by, agent }: { by: string; agent: string | null }): JSX.Element {
  const words = by === "agent" ? texts.typingAgent(agent ?? texts.teamMember) : texts.typingBot;
  return (
    <div class="b-bubble b-bubble-bot">
      <TypingDots />
      <span class="b-hidden-text">{words}</span>
    </div>
  );
}

function startsAfterPause(message: Message, previous: Message | undefined): boolean {
  if (!previous) return true;
  return new Date(message.at).getTime() - new Date(previous.at).getTime() > PAUSE_MS;
}

function sameAuthor(message: Message, previous: Message | undefined): boolean {
  return previous?.author.kind === message.author.kind && previous.author.name === message.author.name;
}
