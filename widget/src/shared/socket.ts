/**
 * The one socket client, for the panel and the desk. It keeps a connection, resumes where it stopped, passes every
 * event on once and in order, and holds messages until the server has acknowledged them. It knows nothing of views.
 */
import { Backoff } from "./backoff";
import { Emitter, type Listener } from "./emitter";
import { Heartbeat } from "./heartbeat";
import type { Outbox, OutboxEntry } from "./outbox";
import { type Fallback, PollingLoop, wholeLog } from "./polling";
import type { AckFrame, AcknowledgedFrame, ErrorFrame, LoggedEvent, TypingFrame, WelcomeFrame } from "./types";

const OPEN_MS = 10_000;
const ACK_MS = 15_000;
const SOCKET_RETRY_WHILE_POLLING_MS = 60_000;
const FAILED_OPENS_BEFORE_POLLING = 2;

/** `offline`: no way to the server now, attempts go on. `refused`: the server will not have us, attempts have ended. */
export type Status = "connecting" | "online" | "offline" | "refused";

export const CloseCode = { protocol: 4400, session: 4401, origin: 4403, idle: 4408, rate: 4429 } as const;

/** Going away, restarting, try again later: all pages lose their lines at once, and must not come back at once. */
const SERVER_LEAVES: ReadonlySet<number> = new Set([1001, 1012, 1013]);

export interface SocketEvents {
  status: Status;
  welcome: WelcomeFrame;
  event: LoggedEvent;
  typing: TypingFrame;
  ack: AckFrame;
  /** The server refused something; with a `client_message_id` the entry stays in the outbox. */
  failure: ErrorFrame;
  outbox: readonly OutboxEntry[];
  /** What was shown is out of date: forget it. All events follow (with a fallback) or must be fetched (without). */
  resync: { conversation_id?: string };
  refused: { code: number };
  /** Frames of other types, for clients that know more than this one. */
  frame: Frame;
}

export interface SocketOptions {
  /** Read at each attempt. */
  url: () => string;
  /** The first frame, made anew at each attempt; `socket.cursor()` says where to resume. */
  hello: (socket: Socket) => object;
  outbox?: Outbox;
  fallback?: Fallback;
  random?: () => number;
}

type Frame = { type: string } & Record<string, unknown>;

export class Socket {
  private readonly options: SocketOptions;
  private readonly emitter = new Emitter<SocketEvents>();
  private readonly backoff: Backoff;
  private readonly heartbeat = new Heartbeat(
    () => this.beat(),
    () => this.onClose(0),
  );
  private readonly cursors = new Map<string, number>();
  private readonly sentAt = new Map<string, number>();
  private held: object[] = [];
  private phase: "stopped" | "waiting" | "opening" | "live" = "stopped";
  private connection: WebSocket | null = null;
  private polling: PollingLoop | null = null;
  private resyncing: LoggedEvent[] | null = null;
  private failedOpens = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private current: Status = "connecting";

  constructor(options: SocketOptions) {
    this.options = options;
    this.backoff = new Backoff(options.random);
  }

  get status(): Status {
    return this.current;
  }

  /** True while messages travel by long polling; typing, reading marks and the like cannot. */
  get limited(): boolean {
    return this.polling?.works ?? false;
  }

  on<Name extends keyof SocketEvents>(name: Name, listener: Listener<SocketEvents[Name]>): () => void {
    return this.emitter.on(name, listener);
  }

  /** The seq up to which events have been passed on; the desk asks per conversation. */
  cursor(conversation = ""): number {
    return this.cursors.get(conversation) ?? 0;
  }

  /** Continue after `seq`, for a view that starts from a snapshot. */
  resumeAfter(seq: number, conversation = ""): void {
    this.cursors.set(conversation, seq);
  }

  start(): void {
    if (this.phase !== "stopped") return;
    window.addEventListener("online", this.hurry);
    window.addEventListener("pageshow", this.hurry);
    window.addEventListener("offline", this.probe);
    document.addEventListener("visibilitychange", this.onVisibility);
    this.show("connecting");
    this.open();
  }

  /** Ends everything but the outbox; `start` begins again. */
  stop(): void {
    window.removeEventListener("online", this.hurry);
    window.removeEventListener("pageshow", this.hurry);
    window.removeEventListener("offline", this.probe);
    document.removeEventListener("visibilitychange", this.onVisibility);
    this.stopPolling();
    this.drop();
    this.phase = "stopped";
  }

  /** Sends now; false when there is no live socket, for frames that are worth nothing later (typing, read). */
  send(frame: object): boolean {
    if (this.phase !== "live" || !this.connection) return false;
    this.connection.send(JSON.stringify(frame));
    return true;
  }

  /** Sends now or, in order, after the next welcome; kept only as long as the page. */
  sendOnceLive(frame: object): void {
    if (!this.send(frame)) this.held.push(frame);
  }

  /** Takes a message into the outbox and sends it as soon as possible, again and again until it is acknowledged. */
  deliver(frame: AcknowledgedFrame): void {
    this.outbox.add(frame, Date.now());
    this.flush();
    this.tellOutbox();
  }

  retry(clientMessageId: string): void {
    this.outbox.revive(clientMessageId);
    this.sentAt.delete(clientMessageId);
    this.flush();
    this.tellOutbox();
  }

  discard(clientMessageId: string): void {
    this.outbox.remove(clientMessageId);
    this.tellOutbox();
  }

  private get outbox(): Outbox {
    if (!this.options.outbox) throw new Error("This socket was made without an outbox.");
    return this.options.outbox;
  }

  // Opening and closing

  private open(): void {
    clearTimeout(this.timer);
    this.phase = "opening";
    const connection = new WebSocket(this.options.url());
    this.connection = connection;
    connection.onopen = () => connection.send(JSON.stringify(this.options.hello(this)));
    connection.onmessage = (message) => this.onText(message.data);
    connection.onclose = (close) => this.onClose(close.code);
    this.timer = setTimeout(() => this.onClose(0), OPEN_MS);
  }

  /** Lets go of the connection without waiting for the other side, which may be gone. */
  private drop(): void {
    clearTimeout(this.timer);
    this.heartbeat.stop();
    this.resyncing = null;
    const connection = this.connection;
    this.connection = null;
    if (!connection) return;
    connection.onopen = connection.onmessage = connection.onclose = null;
    connection.close();
  }

  /** `code` 0: we gave it up ourselves. */
  private onClose(code: number): void {
    if (this.phase === "opening") this.failedOpens += 1;
    this.drop();
    if (code === CloseCode.session || code === CloseCode.origin) return this.refuse(code);
    if (code === CloseCode.rate) this.backoff.slow();
    if (SERVER_LEAVES.has(code)) this.backoff.spread();
    this.phase = "waiting";
    if (this.failedOpens >= FAILED_OPENS_BEFORE_POLLING) this.startPolling();
    if (!this.limited) this.show("offline");
    this.timer = setTimeout(() => this.open(), this.limited ? SOCKET_RETRY_WHILE_POLLING_MS : this.backoff.next());
  }

  private refuse(code: number): void {
    this.stop();
    this.show("refused");
    this.emitter.emit("refused", { code });
  }

  private readonly hurry = (): void => {
    if (this.phase !== "waiting") return this.probe();
    this.backoff.reset();
    this.open();
  };

  private readonly probe = (): void => {
    if (this.phase === "live") this.heartbeat.probe();
  };

  private readonly onVisibility = (): void => {
    if (document.visibilityState === "visible") this.hurry();
  };

  private beat(): void {
    this.send({ type: "ping" });
    this.flush();
  }

  // Frames

  private onText(data: unknown): void {
    this.heartbeat.heard();
    const frame = parseFrame(data);
    if (!frame) return;
    const handlers: Record<string, (frame: never) => void> = {
      welcome: (welcome: WelcomeFrame) => this.onWelcome(welcome),
      event: (event: LoggedEvent) => this.onEvent(event),
      ack: (ack: AckFrame) => this.onAck(ack),
      error: (failure: ErrorFrame) => this.onError(failure),
      typing: (typing: TypingFrame) => this.emitter.emit("typing", typing),
      resync: (resync: { conversation_id?: string }) => this.onResync(resync.conversation_id),
      pong: () => undefined,
    };
    const handle = Object.hasOwn(handlers, frame.type) ? handlers[frame.type] : undefined;
    if (handle) handle(frame as never);
    else this.emitter.emit("frame", frame);
  }

  private onWelcome(frame: WelcomeFrame): void {
    clearTimeout(this.timer);
    this.phase = "live";
    this.failedOpens = 0;
    this.backoff.reset();
    this.stopPolling();
    this.sentAt.clear();
    this.heartbeat.start();
    this.show("online");
    this.emitter.emit("welcome", frame);
    const held = this.held;
    this.held = [];
    held.forEach((late) => this.send(late));
    this.flush();
  }

  private onEvent(event: LoggedEvent): void {
    if (this.resyncing) {
      this.resyncing.push(event);
      return;
    }
    const key = event.conversation_id ?? "";
    if (event.seq <= this.cursor(key)) return;
    this.cursors.set(key, event.seq);
    this.emitter.emit("event", event);
  }

  private onAck(frame: AckFrame): void {
    this.sentAt.delete(frame.client_message_id);
    this.options.outbox?.remove(frame.client_message_id);
    this.emitter.emit("ack", frame);
    this.tellOutbox();
  }

  private onError(frame: ErrorFrame): void {
    const id = frame.client_message_id;
    if (id && this.options.outbox?.get(id)) this.keepRefused(id, frame);
    this.emitter.emit("failure", frame);
  }

  private keepRefused(id: string, frame: ErrorFrame): void {
    this.sentAt.delete(id);
    if (frame.retry_after === undefined) {
      this.outbox.fail(id, { code: frame.code, message: frame.message });
    } else {
      const wait = Math.max(1, frame.retry_after) * 1000;
      this.outbox.postpone(id, Date.now() + wait);
      setTimeout(() => this.flush(), wait);
    }
    this.tellOutbox();
  }

  /** The cursor was too old for a replay. With a fallback the whole log is fetched, and live events wait for it. */
  private onResync(conversation = ""): void {
    this.cursors.set(conversation, 0);
    this.emitter.emit("resync", conversation ? { conversation_id: conversation } : {});
    const connection = this.connection;
    if (!this.options.fallback || !connection) return;
    this.resyncing = [];
    wholeLog(this.options.fallback, new AbortController().signal).then(
      (events) => this.finishResync(connection, events),
      () => connection === this.connection && this.onClose(0),
    );
  }

  private finishResync(connection: WebSocket, events: LoggedEvent[]): void {
    if (connection !== this.connection) return;
    const live = this.resyncing ?? [];
    this.resyncing = null;
    [...events, ...live].forEach((event) => this.onEvent(event));
  }

  // Outbox

  private tellOutbox(): void {
    if (this.options.outbox) this.emitter.emit("outbox", this.options.outbox.entries());
  }

  private flush(): void {
    if (!this.options.outbox) return;
    if (this.limited) void this.polling?.drain();
    if (this.phase !== "live") return;
    const now = Date.now();
    for (const { frame } of this.outbox.due(now)) {
      const sent = this.sentAt.get(frame.client_message_id);
      if (sent !== undefined && now - sent < ACK_MS) continue;
      this.sentAt.set(frame.client_message_id, now);
      this.send(frame);
    }
  }

  // Long polling

  private startPolling(): void {
    const { fallback, outbox, random } = this.options;
    if (this.polling || !fallback) return;
    this.polling = new PollingLoop(
      fallback,
      outbox,
      {
        events: (events) => events.forEach((event) => this.onEvent(event)),
        ack: (ack) => this.onAck(ack),
        failure: (failure) => this.onError(failure),
        working: (works) => this.show(works ? "online" : "offline"),
        unauthorized: () => this.refuse(CloseCode.session),
      },
      new Backoff(random),
    );
    void this.polling.run(this.cursor());
  }

  private stopPolling(): void {
    this.polling?.stop();
    this.polling = null;
  }

  private show(status: Status): void {
    if (status === this.current) return;
    this.current = status;
    this.emitter.emit("status", status);
  }
}

function parseFrame(data: unknown): Frame | null {
  try {
    const frame = JSON.parse(String(data)) as Frame | null;
    return typeof frame?.type === "string" ? frame : null;
  } catch {
    // Not JSON: something in between spoke. The heartbeat decides whether the line still works.
    return null;
  }
}

/** The socket's address beside this page: `wss` wherever the page is `https`. */
export function socketUrl(path: string, place: Pick<Location, "protocol" | "host"> = location): string {
  return `${place.protocol === "https:" ? "wss" : "ws"}://${place.host}${path}`;
}
