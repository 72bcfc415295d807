/** The desk of one agent: the live list, presence, the open conversation, the line to the server. */
import { batch, computed, signal } from "@preact/signals";
import { plainWords, toast } from "../shared/components";
import { Socket, type Status, socketUrl } from "../shared/socket";
import { chime } from "../shared/sound";
import type { StaffSession } from "../shared/staff/session";
import { type KeyValueStore, readJson, writeJson } from "../shared/storage";
import { isMine, isOfferedTo, isWaiting, rowsOf } from "./lists";
import type { AgentHere, CannedReply, Colleague, Counts, PresenceStatus, Row, RowList, Tab, Viewer } from "./model";
import { Replies } from "./replies";
import { Talk } from "./talk";

const SOUND = "baton.desk.sound";
const KEYS = "baton.desk.keys";
const LIST_LIMIT = 200;
const REFETCH_MS = 700;
const FEED_LIMIT = 300;

type Frame = { type: string } & Record<string, unknown>;

export class Desk {
  readonly session: StaffSession;
  readonly replies: Replies;
  readonly status = signal<Status>("connecting");
  readonly tab = signal<Tab>("waiting");
  readonly query = signal("");
  /** Waiting ones and those with agents, live. */
  readonly live = signal<readonly Row[] | null>(null);
  /** What the tab or the search asked for beyond the live list. */
  readonly fetched = signal<readonly Row[] | null>(null);
  readonly listFailure = signal<unknown>(null);
  readonly counts = signal<Counts>({});
  readonly agents = signal<readonly AgentHere[]>([]);
  readonly presence = signal<AgentHere | null>(null);
  readonly open = signal<Talk | null>(null);
  readonly sound = signal(false);
  readonly keys = signal(true);
  /** Runs once a second, for waiting times; set to the server's clock. */
  readonly now = signal(Date.now());
  private clockAhead = 0;
  private ticking: ReturnType<typeof setInterval> | undefined;
  readonly store: KeyValueStore;
  private readonly socket: Socket;
  private refetchTimer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  readonly me = computed(() => this.session.user.value?.id ?? "");
  readonly rows = computed<readonly Row[] | null>(() => {
    const searching = this.query.value.trim() !== "";
    const tab = this.tab.value;
    if (searching) return this.fetched.value;
    const known = tab === "waiting" || tab === "mine" ? this.live.value : this.fetched.value;
    return known && rowsOf(tab, this.withNews(known), this.me.value, this.now.peek());
  });
  readonly tooMuch = computed(() => {
    const shown = this.query.value || this.tab.value === "closed" || this.tab.value === "all";
    return shown ? (this.fetched.value?.length ?? 0) >= LIST_LIMIT : (this.live.value?.length ?? 0) >= FEED_LIMIT;
  });
  readonly waiting = computed(() => (this.live.value ?? []).filter(isWaiting).length);
  readonly mine = computed(() => (this.live.value ?? []).filter((row) => isMine(row, this.me.value)));

  constructor(session: StaffSession, store: KeyValueStore) {
    this.session = session;
    this.store = store;
    this.replies = new Replies(session.api, store, session.user.value?.id ?? "");
    this.sound.value = readJson<boolean>(store, SOUND) ?? false;
    this.keys.value = readJson<boolean>(store, KEYS) ?? true;
    this.socket = new Socket({ url: () => socketUrl("/api/v1/agent/ws"), hello: () => ({ type: "hello" }) });
    this.listen();
  }

  start(): void {
    this.socket.start();
    this.ticking = setInterval(() => (this.now.value = Date.now() + this.clockAhead), 1000);
    void this.refetch();
    document.addEventListener("visibilitychange", this.look);
    this.replies.hurry();
  }

  stop(): void {
    this.socket.stop();
    clearInterval(this.ticking);
    document.removeEventListener("visibilitychange", this.look);
  }

  /** After signing in again. */
  resume(): void {
    this.socket.stop();
    this.socket.start();
    this.replies.hurry();
    void this.refetch();
    void this.open.value?.load();
  }

  setSound(on: boolean): void {
    this.sound.value = on;
    writeJson(this.store, SOUND, on);
    if (on) chime();
  }

  setKeys(on: boolean): void {
    this.keys.value = on;
    writeJson(this.store, KEYS, on);
  }

  // The list

  show(tab: Tab): void {
    if (tab === this.tab.value && !this.query.value) return;
    batch(() => {
      this.tab.value = tab;
      this.query.value = "";
      this.fetched.value = null;
    });
    void this.refetch();
  }

  search(query: string): void {
    this.query.value = query;
    this.refetchSoon(250);
  }

  /** Asks for what the live list does not hold. */
  async refetch(): Promise<void> {
    clearTimeout(this.refetchTimer);
    const asked = ++this.asked;
    const q = this.query.value.trim();
    const tab = this.tab.value;
    const state = q ? undefined : tab === "closed" ? "closed" : tab === "all" ? "queued,offline,agent,bot" : "queued";
    try {
      const query = { q: q || undefined, state, limit: LIST_LIMIT };
      const found = await this.session.api.get<RowList>("/agent/conversations", { query });
      if (asked !== this.asked) return;
      batch(() => {
        this.setClock(found.items);
        this.fetched.value = found.items;
        this.counts.value = found.counts;
        this.listFailure.value = null;
      });
    } catch (reason) {
      if (asked === this.asked) this.listFailure.value = reason;
    }
  }

  // One conversation

  select(id: string | null): void {
    const before = this.open.value;
    if (before?.id === id) return;
    if (before) {
      this.socket.send({ type: "unwatch", conversation_id: before.id });
      before.leave();
    }
    const talk = id ? new Talk(this.session.api, id) : null;
    this.open.value = talk;
    const address = id ? `#${id}` : location.pathname;
    // From the list into a conversation, and back out of it with the browser's own button.
    if (id && !before && location.hash !== address) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
    if (talk) void this.begin(talk);
  }

  async reload(): Promise<void> {
    if (this.open.value) await this.begin(this.open.value);
  }

  tellTyping(active: boolean, note: boolean): void {
    const talk = this.open.value;
    if (talk) this.socket.send({ type: "typing", conversation_id: talk.id, active, note });
  }

  async canned(id: string): Promise<CannedReply[]> {
    const query = { conversation_id: id };
    return (await this.session.api.get<{ items: CannedReply[] }>("/agent/canned", { query })).items;
  }

  colleagues(): Promise<{ items: Colleague[]; teams: string[] }> {
    return this.session.api.get("/agent/colleagues");
  }

  async setPresence(status: PresenceStatus, capacity?: number): Promise<void> {
    const body = capacity === undefined ? { status } : { status, capacity };
    this.presence.value = await this.session.api.put<AgentHere>("/agent/presence", body);
  }

  private async begin(talk: Talk): Promise<void> {
    await talk.load();
    if (this.open.value !== talk || !talk.detail.value) return;
    this.socket.resumeAfter(talk.log.value.lastSeq, talk.id);
    this.watch(talk);
    this.look();
  }

  private watch(talk: Talk): void {
    this.socket.send({ type: "watch", conversation_id: talk.id, last_seq: this.socket.cursor(talk.id) });
  }

  /** Tells colleagues that one is looking, and the customer that it was read. */
  private readonly look = (): void => {
    const talk = this.open.value;
    if (!talk?.detail.value) return;
    const here = document.visibilityState === "visible";
    this.socket.send({ type: "viewing", conversation_id: talk.id, active: here });
    if (here && isMine(talk.detail.value, this.me.value)) {
      this.socket.send({ type: "read", conversation_id: talk.id, seq: talk.log.value.lastSeq });
    }
  };

  // What comes from the server

  private listen(): void {
    const { socket } = this;
    socket.on("status", (status) => (this.status.value = status));
    socket.on("welcome", () => this.onWelcome());
    socket.on("event", (event) => {
      if (event.conversation_id !== this.open.value?.id) return;
      this.open.value?.onEvent(event);
      if (event.event.kind === "message" && event.event.author.kind === "customer") this.look();
    });
    socket.on("typing", ({ conversation_id, by, active, name }) => {
      if (conversation_id === this.open.value?.id) this.open.value?.onTyping(by, active, name);
    });
    socket.on("resync", () => void this.reload());
    socket.on("failure", ({ code, message }) => {
      if (code !== "not_watched") toast(message, { tone: "attention" });
    });
    socket.on("refused", ({ code }) => {
      if (code === 4401) this.session.expire();
    });
    socket.on("frame", (frame) => this.onFrame(frame));
  }

  private onWelcome(): void {
    if (this.open.value?.detail.value) {
      this.watch(this.open.value);
      this.look();
    } else if (this.open.value) void this.reload();
    void this.refreshPresence();
    void this.refetch();
    this.replies.hurry();
  }

  private onFrame(frame: Frame): void {
    if (frame.type === "queue") this.onQueue(frame["items"] as Row[], frame["counts"] as Counts);
    if (frame.type === "presence") this.onAgents(frame["agents"] as AgentHere[]);
    if (frame.type === "viewers" && frame["conversation_id"] === this.open.value?.id) {
      const talk = this.open.value;
      if (talk) talk.viewers.value = frame["viewers"] as Viewer[];
    }
  }

  private onQueue(items: readonly Row[], counts: Counts): void {
    const before = this.live.value;
    batch(() => {
      this.live.value = items;
      this.counts.value = counts;
      const open = items.find(({ id }) => id === this.open.value?.id);
      if (open) this.open.value?.adopt(open);
    });
    if (before) this.announce(before, items);
    if (this.tab.value === "all" || this.tab.value === "closed" || this.query.value) this.refetchSoon(REFETCH_MS);
  }

  /** A sound for somebody new in line, for an offer to oneself, or for a customer who wrote to oneself. */
  private announce(before: readonly Row[], after: readonly Row[]): void {
    if (!this.sound.value || this.presence.value?.status !== "online") return;
    const known = new Map(before.map((row) => [row.id, row]));
    const news = after.some((row) => {
      const old = known.get(row.id);
      if (isOfferedTo(row, this.me.value) && !(old && isOfferedTo(old, this.me.value))) return true;
      if (isWaiting(row)) return !old || !isWaiting(old);
      return isMine(row, this.me.value) && row.unread > (old?.unread ?? 0) && row.id !== this.open.value?.id;
    });
    if (news) chime();
  }

  private onAgents(agents: readonly AgentHere[]): void {
    this.agents.value = agents;
    const me = agents.find(({ id }) => id === this.me.value);
    if (me) this.presence.value = me;
  }

  private async refreshPresence(): Promise<void> {
    try {
      const { me, agents } = await this.session.api.get<{ me: AgentHere; agents: AgentHere[] }>("/agent/presence");
      batch(() => {
        this.presence.value = me;
        this.agents.value = agents;
      });
    } catch (reason) {
      // The banner of a lost line says enough.
      if (this.status.value === "online") toast(plainWords(reason), { tone: "attention" });
    }
  }

  private refetchSoon(milliseconds: number): void {
    clearTimeout(this.refetchTimer);
    this.refetchTimer = setTimeout(() => void this.refetch(), milliseconds);
  }

  /** Rows fetched a moment ago, with what the live list knows since. */
  private withNews(rows: readonly Row[]): Row[] {
    const news = new Map((this.live.value ?? []).map((row) => [row.id, row]));
    return rows.map((row) => {
      const newer = news.get(row.id);
      return newer && newer.updated_at >= row.updated_at ? newer : row;
    });
  }

  /** Waiting times are told by the server's clock, whatever this machine's says. */
  private setClock(rows: readonly Row[]): void {
    const told = rows.find((row) => row.waiting_seconds !== null && row.wait_started_at !== null);
    if (!told?.wait_started_at || told.waiting_seconds === null) return;
    const ahead = Date.parse(told.wait_started_at) + told.waiting_seconds * 1000 - Date.now();
    this.clockAhead = Math.abs(ahead) > 2000 ? ahead : 0;
  }
}
