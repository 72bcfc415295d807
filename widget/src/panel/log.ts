/** The conversation as it is shown, made from its events one by one. Pure: same events, same log. */
import type {
  AuthorKind,
  ConversationState,
  FeedbackKind,
  LoggedEvent,
  MessageEvent,
  QueuePlace,
  StateEvent,
} from "../shared/types";

export interface Message extends Omit<MessageEvent, "kind"> {
  seq: number;
  at: string;
  edited?: boolean;
  deleted?: boolean;
}

export interface Log {
  readonly state: ConversationState;
  readonly agent: string | null;
  readonly queue: QueuePlace | null;
  readonly messages: readonly Message[];
  /** Up to which seq each side has read. */
  readonly read: Readonly<Partial<Record<AuthorKind, number>>>;
  readonly feedback: { seq: number; kind: FeedbackKind } | null;
  /** The seq at which the present state began. */
  readonly since: number;
}

export const emptyLog: Log = {
  state: "bot",
  agent: null,
  queue: null,
  messages: [],
  read: {},
  feedback: null,
  since: 0,
};

/** The log after one more event. Kinds it does not know leave it as it is. */
export function append(log: Log, logged: LoggedEvent): Log {
  const { event, seq, at } = logged;
  switch (event.kind) {
    case "message":
      return { ...log, messages: [...log.messages, { ...event, seq, at }] };
    case "state":
      return changeState(log, event, seq);
    case "queue":
      return { ...log, queue: { position: event.position, eta_seconds: event.eta_seconds ?? null } };
    case "read":
      return { ...log, read: { ...log.read, [event.by]: Math.max(event.seq, log.read[event.by] ?? 0) } };
    case "message_edited":
      return replace(log, event.message_id, (message) => ({ ...message, text: event.text, edited: true }));
    case "message_deleted":
      return replace(log, event.message_id, (message) => ({ ...message, text: "", deleted: true }));
    case "feedback_request":
      return { ...log, feedback: { seq, kind: event.feedback ?? "csat" } };
    default:
      return log;
  }
}

function changeState(log: Log, event: StateEvent, seq: number): Log {
  return {
    ...log,
    state: event.to,
    since: seq,
    agent: event.to === "agent" ? (event.agent?.name ?? log.agent) : null,
    queue: event.to === "queued" ? (event.queue ?? null) : null,
    feedback: event.to === "closed" ? log.feedback : null,
  };
}

function replace(log: Log, id: string, change: (message: Message) => Message): Log {
  return { ...log, messages: log.messages.map((message) => (message.message_id === id ? change(message) : message)) };
}

/** Messages of bot and agents beyond `seen`. */
export function unreadCount(log: Log, seen: number): number {
  return log.messages.filter(({ author, seq }) => seq > seen && (author.kind === "bot" || author.kind === "agent"))
    .length;
}

/** Has a message of the customer reached its reader: the agent has read it, or somebody has answered since. */
export function isRead(log: Log, message: Message): boolean {
  const answered = log.messages.some(({ author, seq }) => seq > message.seq && isOther(author.kind));
  return answered || Math.max(log.read.agent ?? 0, log.read.bot ?? 0) >= message.seq;
}

function isOther(kind: AuthorKind): boolean {
  return kind === "bot" || kind === "agent";
}

const ADDRESS = /[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+/;

export function isEmail(text: string): boolean {
  return new RegExp(`^${ADDRESS.source}$`).test(text.trim());
}

/** Nobody is there, and since then no address was named: neither did the customer leave one nor the service say which
 * one it knows. */
export function wantsContact(log: Log): boolean {
  if (log.state !== "offline") return false;
  return !log.messages.some(
    ({ author, seq, text }) =>
      (author.kind === "customer" || author.kind === "system") && seq > log.since && ADDRESS.test(text),
  );
}
