/** The conversation an agent has open: its snapshot, its live log, who else is there, and what can be done with it. */
import { batch, computed, signal } from "@preact/signals";
import type { Api } from "../shared/api";
import type { Priority } from "../shared/types";
import { type Log, append, emptyLog, logOf, prepend } from "./log";
import type { LoggedEvent } from "../shared/types";
import type { Detail, Row, Viewer } from "./model";

const TYPING_STAYS_MS = 12_000;
const REFRESH_MS = 150;
const OLDER = 500;
/** What changes more than the log: who has it, how urgent it is, the packet. */
const CHANGING: ReadonlySet<string> = new Set(["state", "assignment", "labels", "priority", "snooze", "resolution"]);

export class Talk {
  readonly id: string;
  readonly detail = signal<Detail | null>(null);
  readonly failure = signal<unknown>(null);
  readonly log = signal<Log>(emptyLog);
  readonly viewers = signal<readonly Viewer[]>([]);
  /** Who is typing besides oneself: the customer, or an agent by name. */
  readonly typing = signal<string | null>(null);
  readonly busy = signal<string | null>(null);
  readonly hasOlder = computed(() => this.log.value.firstSeq > 1);
  private readonly api: Api;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private refreshTimer: ReturnType<typeof setTimeout> | undefined;
  private gone = false;

  constructor(api: Api, id: string) {
    this.api = api;
    this.id = id;
  }

  /** Reads everything afresh; the socket goes on from `log.lastSeq`. */
  async load(): Promise<void> {
    this.failure.value = null;
    try {
      const detail = await this.api.get<Detail>(this.path());
      if (this.gone) return;
      batch(() => {
        this.detail.value = detail;
        this.log.value = logOf(detail.events, detail.customer_read_seq);
      });
    } catch (reason) {
      if (!this.gone) this.failure.value = reason;
    }
  }

  leave(): void {
    this.gone = true;
    clearTimeout(this.typingTimer);
    clearTimeout(this.refreshTimer);
  }

  async loadOlder(): Promise<void> {
    const after = Math.max(0, this.log.value.firstSeq - OLDER - 1);
    const { events } = await this.api.get<{ events: LoggedEvent[] }>(this.path("/events"), { query: { after } });
    this.log.value = prepend(this.log.value, events);
  }

  // What comes from the server

  onEvent(logged: LoggedEvent): void {
    batch(() => {
      this.log.value = append(this.log.value, logged);
      if (logged.event.kind === "message") this.typing.value = null;
    });
    if (CHANGING.has(logged.event.kind)) this.refreshSoon();
  }

  onTyping(by: string, active: boolean, name: string | undefined): void {
    clearTimeout(this.typingTimer);
    const who = by === "customer" ? "The customer" : by === "bot" ? "The assistant" : (name ?? "A colleague");
    this.typing.value = active ? who : null;
    if (active) this.typingTimer = setTimeout(() => (this.typing.value = null), TYPING_STAYS_MS);
  }

  /** The list knows something newer about it. */
  adopt(row: Row): void {
    const detail = this.detail.value;
    if (detail && row.id === this.id && row.updated_at >= detail.updated_at) this.detail.value = { ...detail, ...row };
  }

  // What the agent does; each raises `ApiError`

  claim(): Promise<void> {
    return this.act("claim", "/claim");
  }
  decline(): Promise<void> {
    return this.act("decline", "/decline");
  }
  transfer(to: { team: string } | { agent: string }): Promise<void> {
    return this.act("transfer", "/transfer", to);
  }
  returnToBot(): Promise<void> {
    return this.act("return", "/return-to-bot");
  }
  resolve(outcome: string, comment: string): Promise<void> {
    return this.act("resolve", "/resolve", comment ? { outcome, comment } : { outcome });
  }
  snooze(until: Date | null): Promise<void> {
    return this.act("snooze", "/snooze", { until: until?.toISOString() ?? null });
  }
  setLabels(labels: readonly string[]): Promise<void> {
    return this.act("labels", "/labels", { labels });
  }
  setPriority(priority: Priority): Promise<void> {
    return this.act("priority", "/priority", { priority });
  }
  async note(text: string): Promise<void> {
    await this.api.post(this.path("/notes"), { text });
  }
  async saveDraft(text: string): Promise<void> {
    await this.api.put(this.path("/draft"), { text });
  }

  path(tail = ""): string {
    return `/agent/conversations/${encodeURIComponent(this.id)}${tail}`;
  }

  private async act(name: string, tail: string, body: unknown = {}): Promise<void> {
    this.busy.value = name;
    try {
      const row = await this.api.post<Row>(this.path(tail), body);
      this.adopt(row);
    } catch (reason) {
      this.refreshSoon();
      throw reason;
    } finally {
      this.busy.value = null;
    }
  }

  private refreshSoon(): void {
    clearTimeout(this.refreshTimer);
    this.refreshTimer = setTimeout(() => void this.refresh(), REFRESH_MS);
  }

  /** Everything but the log, which is live. */
  private async refresh(): Promise<void> {
    const detail = await this.api.get<Detail>(this.path()).catch(() => null);
    if (!detail || this.gone) return;
    batch(() => {
      this.detail.value = detail;
      for (const event of detail.events) this.log.value = append(this.log.value, event);
    });
  }
}
