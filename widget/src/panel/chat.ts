/** The customer's chat: session, socket and log joined into signals that views read and verbs that they call. */
import { batch, computed, signal } from "@preact/signals";
import { ApiError } from "../shared/api";
import { Backoff } from "../shared/backoff";
import { toast } from "../shared/components/toast";
import { newId } from "../shared/ids";
import { Outbox, type OutboxEntry } from "../shared/outbox";
import { CustomerPolling } from "../shared/polling";
import { CloseCode, Socket, type Status, socketUrl } from "../shared/socket";
import { type KeyValueStore, readJson, writeJson } from "../shared/storage";
import type { ConversationState, FeedbackKind, LoggedEvent, TypingFrame } from "../shared/types";
import { type Log, append, emptyLog, unreadCount } from "./log";
import { CustomerSession } from "./session";
import { texts } from "./texts";

const SEEN = "baton.seen";
const RATED = "baton.rated";
const SILENCE_MS = 1_000;
const REPLAY_BATCH_MS = 25;
const TYPING_STAYS_MS = 45_000;
const TYPING_REPEAT_MS = 3_000;

export interface ChatDetails {
  identity_token: string | null;
  locale: string;
  page_url: string;
}

export interface ChatListener {
  /** A live message of bot or agent, not one of the replay. */
  onIncoming(by: "bot" | "agent"): void;
}

export class Chat {
  readonly log = signal<Log>(emptyLog);
  readonly status = signal<Status>("connecting");
  readonly outbox = signal<readonly OutboxEntry[]>([]);
  readonly typing = signal<TypingFrame | null>(null);
  /** False while the log is being replayed, so that nobody reads all of it aloud. */
  readonly settled = signal(false);
  readonly problem = signal<string | null>(null);
  readonly verified = signal(false);
  readonly rated = signal(0);
  private readonly seen = signal(0);
  private readonly store: KeyValueStore;
  private readonly session: CustomerSession;
  private readonly box: Outbox;
  private readonly socket: Socket;
  /** Acknowledged, while their events are on the way. */
  readonly acknowledged = signal<readonly OutboxEntry[]>([]);
  private details: ChatDetails;
  private listener: ChatListener = { onIncoming: () => undefined };
  private settleTimer: ReturnType<typeof setTimeout> | undefined;
  private batchTimer: ReturnType<typeof setTimeout> | undefined;
  private replayed: LoggedEvent[] = [];
  private replayTo = 0;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private toldTyping = 0;
  private renewedAt = 0;

  /** What the customer wrote that is not in the log yet. */
  readonly pending = computed(() => {
    const known = new Set(this.log.value.messages.map((message) => message.client_message_id));
    return [...this.acknowledged.value, ...this.outbox.value].filter(
      ({ frame }) => !known.has(frame.client_message_id),
    );
  });
  readonly unread = computed(() => {
    const seen = Math.max(this.seen.value, this.log.value.read.customer ?? 0);
    return unreadCount(this.log.value, seen);
  });
  readonly hasWritten = computed(
    () => this.pending.value.length > 0 || this.log.value.messages.some(({ author }) => author.kind === "customer"),
  );

  constructor(store: KeyValueStore, details: ChatDetails) {
    this.store = store;
    this.details = details;
    this.session = new CustomerSession(store);
    this.box = new Outbox(store);
    this.outbox.value = this.box.entries();
    this.seen.value = readJson<number>(store, SEEN) ?? 0;
    this.rated.value = readJson<number>(store, RATED) ?? 0;
    this.socket = new Socket({
      url: () => socketUrl("/api/v1/widget/ws"),
      hello: (socket) => ({ type: "hello", session_token: this.session.token, last_seq: socket.cursor() }),
      outbox: this.box,
      fallback: new CustomerPolling(this.session.api, texts.person),
    });
    this.listen();
  }

  get api() {
    return this.session.api;
  }

  watch(listener: ChatListener): void {
    this.listener = listener;
  }

  /** Opens the session, however long that takes, and then the socket. */
  async start(): Promise<void> {
    const backoff = new Backoff();
    for (;;) {
      try {
        return await this.openSession();
      } catch (reason) {
        if (!(reason instanceof ApiError)) throw reason;
        if (!reason.passing) return this.giveUp(reason);
        if (this.session.token) return this.socket.start();
        this.status.value = "offline";
        await newsOrTime(Math.max(backoff.next(), (reason.retryAfter ?? 0) * 1000));
      }
    }
  }

  /** Who the customer is has become known, or somebody else is signed in. */
  async identify(token: string): Promise<void> {
    this.details = { ...this.details, identity_token: token };
    try {
      await this.openSession();
    } catch (reason) {
      if (!(reason instanceof ApiError)) throw reason;
      console.warn(`Baton: the customer could not be identified (${reason.code}).`);
    }
  }

  // What the customer does

  say(text: string, payload?: string): void {
    this.tellTyping(false);
    const frame = { type: "message", client_message_id: newId(), text } as const;
    this.socket.deliver(payload === undefined ? frame : { ...frame, payload });
  }

  requestHuman(): void {
    if (this.outbox.value.some(({ frame }) => frame.type === "request_human")) return;
    this.socket.deliver({ type: "request_human", client_message_id: newId() });
  }

  backToBot(): void {
    if (!this.socket.send({ type: "back_to_bot" })) toast(texts.offlineLimited);
  }

  end(): void {
    if (!this.socket.send({ type: "end" })) toast(texts.offlineLimited);
  }

  rate(seq: number, kind: FeedbackKind, score: number, comment: string): void {
    const frame = { type: "feedback", kind, score };
    this.socket.sendOnceLive(comment ? { ...frame, comment } : frame);
    this.rated.value = seq;
    writeJson(this.store, RATED, seq);
  }

  retry(id: string): void {
    this.socket.retry(id);
  }

  discard(id: string): void {
    this.socket.discard(id);
  }

  /** Called at each key; told to the server at most every few seconds. */
  tellTyping(active: boolean): void {
    const now = Date.now();
    if (active ? now - this.toldTyping < TYPING_REPEAT_MS : this.toldTyping === 0) return;
    this.toldTyping = active ? now : 0;
    this.socket.send({ type: "typing", active });
  }

  /** The customer is looking at the end of the log. */
  markSeen(): void {
    const last = this.log.value.messages.at(-1)?.seq ?? 0;
    if (last <= this.seen.value) return;
    const news = this.unread.value > 0;
    this.seen.value = last;
    writeJson(this.store, SEEN, last);
    if (news) this.socket.send({ type: "read", seq: last });
  }

  // What comes from the server

  private listen(): void {
    const { socket } = this;
    socket.on("status", (status) => (this.status.value = status));
    socket.on("welcome", ({ state, last_seq }) => this.onWelcome(state, last_seq ?? 0));
    socket.on("event", (event) => this.onEvent(event));
    socket.on("typing", (typing) => this.onTyping(typing));
    socket.on("outbox", (entries) => (this.outbox.value = entries));
    socket.on("ack", ({ client_message_id }) => this.onAck(client_message_id));
    socket.on(
      "failure",
      ({ client_message_id, message }) => client_message_id ?? toast(message, { tone: "attention" }),
    );
    socket.on("resync", () => this.clear());
    socket.on("refused", ({ code }) => void this.onRefused(code));
  }

  private onWelcome(state: ConversationState | undefined, last: number): void {
    this.problem.value = null;
    if (state) this.log.value = { ...this.log.value, state };
    this.replayTo = last;
    if (this.socket.cursor() >= last) this.settle();
    else this.settleAfterSilence();
  }

  /** The replay may end with events that a customer never sees, so silence ends it too. */
  private settleAfterSilence(): void {
    clearTimeout(this.settleTimer);
    this.settleTimer = setTimeout(() => this.settle(), SILENCE_MS);
  }

  /** The replay is over. What was read while there was no line is told now. */
  private settle(): void {
    clearTimeout(this.settleTimer);
    this.showReplayed();
    this.settled.value = true;
    const seen = this.seen.value;
    if (seen > (this.log.value.read.customer ?? 0)) this.socket.send({ type: "read", seq: seen });
  }

  private onEvent(logged: LoggedEvent): void {
    if (this.settled.value) return this.show(logged);
    this.replayed.push(logged);
    this.batchTimer ??= setTimeout(() => this.showReplayed(), REPLAY_BATCH_MS);
    if (logged.seq >= this.replayTo) this.settle();
    else this.settleAfterSilence();
  }

  /** A long log comes event by event; it is drawn in a few steps, not in as many. */
  private showReplayed(): void {
    clearTimeout(this.batchTimer);
    this.batchTimer = undefined;
    const events = this.replayed;
    this.replayed = [];
    batch(() => events.forEach((event) => this.show(event)));
  }

  private show(logged: LoggedEvent): void {
    batch(() => {
      this.log.value = append(this.log.value, logged);
      if (logged.event.kind !== "message") return;
      const { author, client_message_id } = logged.event;
      this.acknowledged.value = this.acknowledged.value.filter(
        ({ frame }) => frame.client_message_id !== client_message_id,
      );
      if (author.kind !== "bot" && author.kind !== "agent") return;
      this.typing.value = null;
      if (this.settled.value) this.listener.onIncoming(author.kind);
    });
  }

  private onTyping(typing: TypingFrame): void {
    clearTimeout(this.typingTimer);
    this.typing.value = typing.active ? typing : null;
    if (typing.active) this.typingTimer = setTimeout(() => (this.typing.value = null), TYPING_STAYS_MS);
  }

  /** Acknowledged, but its event may come a moment later: the bubble stays in between. */
  private onAck(id: string): void {
    const entry = this.outbox.value.find(({ frame }) => frame.client_message_id === id);
    if (entry?.frame.type === "message") this.acknowledged.value = [...this.acknowledged.value, entry];
  }

  private async onRefused(code: number): Promise<void> {
    if (code !== CloseCode.session || Date.now() - this.renewedAt < 60_000) {
      this.problem.value = texts.refused;
      return;
    }
    this.renewedAt = Date.now();
    this.session.forget();
    this.clear();
    this.socket.resumeAfter(0);
    toast(texts.newSession);
    await this.start();
  }

  private async openSession(): Promise<void> {
    const { session, changed, otherPerson } = await this.session.open(this.details);
    if (otherPerson) this.box.clear();
    if (changed || otherPerson) {
      this.socket.stop();
      this.socket.resumeAfter(0);
      this.clear();
    }
    batch(() => {
      this.verified.value = session.customer.verified;
      this.outbox.value = this.box.entries();
      this.problem.value = null;
    });
    this.socket.start();
  }

  private giveUp(reason: ApiError): void {
    this.status.value = "refused";
    this.problem.value = reason.status === 403 ? texts.refused : reason.message;
  }

  private clear(): void {
    this.replayed = [];
    batch(() => {
      this.log.value = emptyLog;
      this.settled.value = false;
      this.typing.value = null;
      this.acknowledged.value = [];
      this.seen.value = 0;
    });
  }
}

/** Waits, but not longer than until the network comes back. */
function newsOrTime(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    addEventListener("online", done);
  });
}
