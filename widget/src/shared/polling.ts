/** The customer's way in where sockets cannot open: long polling for events, one request a message. */
import { type Api, ApiError } from "./api";
import { Backoff } from "./backoff";
import type { Outbox } from "./outbox";
import type { AckFrame, AcknowledgedFrame, ErrorFrame, LoggedEvent } from "./types";

const WAIT_SECONDS = 25;
const PATIENCE_SECONDS = 5;

/** Some events, and how far in the log that is: private events count, though they are never sent. */
export interface EventPage {
  events: LoggedEvent[];
  last_seq: number;
}

/** What the socket falls back on. Both promises fail with `ApiError`. */
export interface Fallback {
  /** Events after a seq; waits on the server until there is one or the wait is over. `wait` 0 answers at once. */
  events(after: number, signal: AbortSignal, wait?: number): Promise<EventPage>;
  deliver(frame: AcknowledgedFrame, signal: AbortSignal): Promise<Omit<AckFrame, "type">>;
}

export class CustomerPolling implements Fallback {
  private readonly api: Api;
  /** `request_human` has no request of its own, so it is said in words, which the assistant understands. */
  private readonly personWords: string;

  constructor(api: Api, personWords: string) {
    this.api = api;
    this.personWords = personWords;
  }

  events(after: number, signal: AbortSignal, wait = WAIT_SECONDS): Promise<EventPage> {
    return this.api.get<EventPage>("/widget/events", { query: { after, wait }, signal });
  }

  deliver(frame: AcknowledgedFrame, signal: AbortSignal): Promise<Omit<AckFrame, "type">> {
    const { client_message_id } = frame;
    const body =
      frame.type === "message"
        ? { client_message_id, text: frame.text, ...(frame.payload ? { payload: frame.payload } : {}) }
        : { client_message_id, text: this.personWords };
    return this.api.post("/widget/messages", body, { signal });
  }
}

export interface PollingListener {
  events(events: LoggedEvent[]): void;
  ack(ack: AckFrame): void;
  failure(failure: ErrorFrame): void;
  /** Called when the way opens, and when it closes; attempts go on until `stop`. */
  working(works: boolean): void;
  /** The session is gone; the loop has ended. */
  unauthorized(): void;
}

/** Every event of the log, however many requests that takes. */
export async function wholeLog(fallback: Fallback, signal: AbortSignal): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  let after = -1;
  for (let page = await fallback.events(0, signal, 0); page.last_seq > after;) {
    events.push(...page.events);
    after = page.last_seq;
    page = await fallback.events(after, signal, 0);
  }
  return events;
}

/** Polls until it is stopped. A stopped loop is not started again: make a new one. */
export class PollingLoop {
  works = false;
  private readonly fallback: Fallback;
  private readonly outbox: Outbox | undefined;
  private readonly listener: PollingListener;
  private readonly backoff: Backoff;
  private readonly ending = new AbortController();
  private draining = false;

  constructor(fallback: Fallback, outbox: Outbox | undefined, listener: PollingListener, backoff = new Backoff()) {
    this.fallback = fallback;
    this.outbox = outbox;
    this.listener = listener;
    this.backoff = backoff;
  }

  stop(): void {
    this.ending.abort();
  }

  /** Asks again and again for what came after `from`. */
  async run(from: number): Promise<void> {
    const { signal } = this.ending;
    let after = from;
    while (!signal.aborted) {
      try {
        const page = await this.fallback.events(after, signal, this.works ? undefined : 0);
        after = page.last_seq;
        if (!signal.aborted) this.succeeded(page.events);
      } catch (reason) {
        if (signal.aborted) return;
        this.failed(reason);
        await sleep(this.backoff.next(), signal);
      }
    }
  }

  /** Sends what is due in the outbox, one after the other, so that the order stays. */
  async drain(): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    const { signal } = this.ending;
    while (!signal.aborted) {
      const entry = this.outbox?.due(Date.now())[0];
      if (!entry || !(await this.deliver(entry.frame, signal))) break;
    }
    this.draining = false;
  }

  private async deliver(frame: AcknowledgedFrame, signal: AbortSignal): Promise<boolean> {
    const { client_message_id } = frame;
    try {
      const ack = await this.fallback.deliver(frame, signal);
      this.listener.ack({ ...ack, type: "ack", client_message_id });
      return true;
    } catch (reason) {
      if (signal.aborted || !(reason instanceof ApiError) || reason.status === 401) return false;
      const failure: ErrorFrame = { type: "error", code: reason.code, message: reason.message, client_message_id };
      if (reason.passing) failure.retry_after = reason.retryAfter ?? PATIENCE_SECONDS;
      this.listener.failure(failure);
      return true;
    }
  }

  private succeeded(events: LoggedEvent[]): void {
    this.backoff.reset();
    if (!this.works) this.change(true);
    this.listener.events(events);
  }

  private failed(reason: unknown): void {
    this.change(false);
    if (!(reason instanceof ApiError) || reason.status !== 401) return;
    this.stop();
    this.listener.unauthorized();
  }

  private change(works: boolean): void {
    this.works = works;
    this.listener.working(works);
    if (works) void this.drain();
  }
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
