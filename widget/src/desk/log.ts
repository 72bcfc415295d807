/** The events of a conversation as an agent reads them: messages, notes and the lines between. No view, no clock. */
import type { Author, LoggedEvent, MessageEvent, StaffEvent, StateEvent } from "../shared/types";
import { outcomeWords, reasonWords } from "../shared/words";

export interface Reading {
  intent: string | null;
  confidence: number | null;
  frustration: number | null;
}

export interface Said {
  type: "message";
  seq: number;
  at: string;
  author: Author & { id?: string };
  text: string;
  message: MessageEvent;
  edited: boolean;
  deleted: boolean;
}
export interface Noted {
  type: "note";
  seq: number;
  at: string;
  author: { id: string; name: string };
  text: string;
}
/** What happened between messages. `told`: the customer reads these words too. */
export interface Line {
  type: "line";
  seq: number;
  at: string;
  text: string;
  told: boolean;
}
export type Entry = Said | Noted | Line;

export interface Log {
  entries: readonly Entry[];
  /** What the assistant made of a message, by its seq. */
  readings: ReadonlyMap<number, Reading>;
  lastSeq: number;
  firstSeq: number;
  /** Up to here each side has seen the conversation. */
  customerRead: number;
}

export const emptyLog: Log = { entries: [], readings: new Map(), lastSeq: 0, firstSeq: 0, customerRead: 0 };

/** The log with one more event; events come in order, each once. */
export function append(log: Log, logged: LoggedEvent): Log {
  if (logged.seq <= log.lastSeq) return log;
  const moved = { ...log, lastSeq: logged.seq, firstSeq: log.firstSeq || logged.seq };
  const { event } = logged;
  switch (event.kind) {
    case "message_edited":
      return change(moved, event.message_id, { text: event.text, edited: true });
    case "message_deleted":
      return change(moved, event.message_id, { deleted: true });
    case "read":
      return event.by === "customer" ? { ...moved, customerRead: Math.max(moved.customerRead, event.seq) } : moved;
    case "turn":
      return { ...moved, readings: withReadings(moved.readings, event) };
    default: {
      const entry = entryOf(logged);
      return entry ? { ...moved, entries: [...moved.entries, entry] } : moved;
    }
  }
}

export function logOf(events: readonly LoggedEvent[], customerRead = 0): Log {
  return events.reduce(append, { ...emptyLog, customerRead });
}

/** Older events put before a log that began later. */
export function prepend(log: Log, events: readonly LoggedEvent[]): Log {
  const older = logOf(events.filter(({ seq }) => seq < log.firstSeq));
  if (older.lastSeq === 0) return log;
  return {
    ...log,
    entries: [...older.entries, ...log.entries],
    readings: new Map([...older.readings, ...log.readings]),
    firstSeq: older.firstSeq,
  };
}

function change(log: Log, id: string, news: Partial<Said>): Log {
  const entries = log.entries.map((entry) =>
    entry.type === "message" && entry.message.message_id === id ? { ...entry, ...news } : entry,
  );
  return { ...log, entries };
}

function withReadings(
  known: ReadonlyMap<number, Reading>,
  turn: StaffEvent & { kind: "turn" },
): ReadonlyMap<number, Reading> {
  const readings = new Map(known);
  const at = (seq: number): Reading => readings.get(seq) ?? { intent: null, confidence: null, frustration: null };
  for (const { seq, name, confidence } of turn.intents) {
    const before = at(seq);
    if (before.confidence === null || confidence > before.confidence) {
      readings.set(seq, { ...before, intent: name, confidence });
    }
  }
  for (const { seq, frustration } of turn.sentiment) readings.set(seq, { ...at(seq), frustration });
  return readings;
}

function entryOf({ seq, at, event }: LoggedEvent): Entry | null {
  if (event.kind === "message") {
    if (event.author.kind === "system") return { type: "line", seq, at, text: event.text, told: true };
    const { author, text } = event;
    return { type: "message", seq, at, author, text, message: event, edited: false, deleted: false };
  }
  if (event.kind === "note") return { type: "note", seq, at, author: event.author, text: event.text };
  const text = lineOf(event as StateEvent | StaffEvent);
  return text ? { type: "line", seq, at, text, told: false } : null;
}

function lineOf(event: StateEvent | StaffEvent): string | null {
  switch (event.kind) {
    case "state":
      return stateLine(event);
    case "assignment":
      return assignmentLine(event.agent?.name ?? null, event.why, event.team);
    case "labels":
      return `${by(event.by)} set the labels: ${event.labels.join(", ") || "none"}.`;
    case "priority":
      return `${by(event.by)} set the priority to ${event.priority}.`;
    case "snooze":
      return event.until ? `${by(event.by)} put it aside.` : `${by(event.by)} took it up again.`;
    case "resolution":
      return `${by(event.by)} closed it: ${outcomeWords(event.outcome)}.${event.comment ? ` "${event.comment}"` : ""}`;
    case "feedback":
      return `The customer rated it ${event.score}.${event.comment ? ` "${event.comment}"` : ""}`;
    default:
      return null;
  }
}

function stateLine(event: StateEvent): string | null {
  const why = event.reason ? ` ${reasonWords(event.reason)}.` : "";
  switch (event.to) {
    case "queued":
      return event.from === "agent" ? "Back in the queue." : `Passed on to people.${why}`;
    case "offline":
      return `Nobody was there. A reply was promised.${event.from === "bot" ? why : ""}`;
    case "bot":
      return event.from === "closed" ? "The customer came back." : null;
    case "agent":
    case "closed":
      return null;
  }
}

function assignmentLine(agent: string | null, why: string | undefined, team: string | null | undefined): string | null {
  if (agent && why === "offered") return `Offered to ${agent}.`;
  if (agent) return why === "transferred" ? `Passed to ${agent}.` : `${agent} has it.`;
  if (why === "declined") return "Left to the next agent.";
  if (why === "not_taken") return "Not taken yet. Anybody may take it.";
  if (why === "returned_to_bot") return "Back with the assistant.";
  if (team) return `Passed to the team ${team}.`;
  return why ? `Nobody has it now: ${why.replaceAll("_", " ")}.` : null;
}

function by(who: unknown): string {
  const name = (who as { name?: unknown } | null)?.name;
  return typeof name === "string" && name ? name : "Somebody";
}
