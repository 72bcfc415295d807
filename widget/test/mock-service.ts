/**
 * The customer's side of the service, without a brain: pages, sessions, events, socket, as the contracts say. For
 * browser tests and for working on the panel; a test plays the bot, the agent and the broken network.
 */
import { readFile } from "node:fs/promises";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { type WebSocket, WebSocketServer } from "ws";
import type { ConversationState, CustomerEvent, HelpResult, LoggedEvent } from "../src/shared/types";

const TYPES: Record<string, string> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".html": "text/html",
};
const PAGES: Record<string, string> = { "/": "demo", "/widget/panel": "panel", "/help": "help" };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; " +
  "base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; frame-ancestors 'self' http://127.0.0.1:*";

type Frame = { type: string } & Record<string, unknown>;
type Body = Record<string, unknown>;

export class MockService {
  /** What customers sent, in order, as frames. */
  readonly received: Frame[] = [];
  readonly help: HelpResult[] = [];
  log: LoggedEvent[] = [];
  state: ConversationState = "bot";
  verified = false;
  /** Sockets are cut at the door, as by a proxy that does not let them through. */
  socketsBlocked = false;
  /** Nothing is acknowledged. */
  silent = false;
  /** The next message is refused with this. */
  refusal: { code: string; message: string; retry_after?: number } | null = null;
  /** Requests are answered as if the service were down. */
  down = false;
  expired = false;
  onMessage: (text: string, service: MockService) => void = () => undefined;
  private readonly known = new Map<string, { message_id: string; seq: number }>();
  private readonly sockets = new Set<WebSocket>();
  private readonly waiting = new Set<() => void>();
  private readonly socketServer = new WebSocketServer({ noServer: true });
  private readonly server: Server;
  private readonly root: string;
  private sessions = 0;
  private clock = Date.now();

  constructor(root: string) {
    this.root = root;
    this.server = createServer((request, response) => void this.answer(request, response));
    this.server.on("upgrade", (request, socket, head) => {
      if (this.socketsBlocked || this.down) return void socket.destroy();
      this.socketServer.handleUpgrade(request, socket, head, (client) => this.greet(client));
    });
  }

  async start(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(port, "127.0.0.1", resolve));
    return this.url;
  }
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  async stop(): Promise<void> {
    this.cut();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  // What a test does

  /** Puts an event into the log and sends it. `ago`: minutes before now. */
  push(event: CustomerEvent, ago = 0): number {
    const seq = (this.log.at(-1)?.seq ?? 0) + 1;
    const at = new Date(ago ? Date.now() - ago * 60_000 : (this.clock = Math.max(this.clock + 1, Date.now())));
    this.log.push({ seq, at: at.toISOString(), event });
    if (event.kind === "state") this.state = event.to;
    this.broadcast({ type: "event", ...this.log.at(-1) });
    for (const wake of [...this.waiting]) wake();
    return seq;
  }
  bot(text: string, more: object = {}): number {
    return this.push({ kind: "message", message_id: `b${this.log.length}`, author: { kind: "bot" }, text, ...more });
  }
  agent(name: string, text: string): number {
    return this.push({ kind: "message", message_id: `a${this.log.length}`, author: { kind: "agent", name }, text });
  }
  system(text: string): number {
    return this.push({ kind: "message", message_id: `s${this.log.length}`, author: { kind: "system" }, text });
  }
  customer(text: string): number {
    return this.push({ kind: "message", message_id: `c${this.log.length}`, author: { kind: "customer" }, text });
  }
  to(state: ConversationState, more: object = {}): number {
    return this.push({ kind: "state", from: this.state, to: state, ...more });
  }
  broadcast(frame: object): void {
    for (const socket of this.sockets) socket.send(JSON.stringify(frame));
  }
  /** Ends all sockets at once, as a restart or a lost network does. */
  cut(code?: number): void {
    for (const socket of this.sockets) code ? socket.close(code) : socket.terminate();
    this.sockets.clear();
  }
  sent(type: string): Frame[] {
    return this.received.filter((frame) => frame.type === type);
  }

  // Socket

  private greet(client: WebSocket): void {
    client.on("message", (data) => {
      const frame = JSON.parse(String(data)) as Frame;
      if (frame.type === "hello") return this.welcome(client, frame);
      if (frame.type === "ping") return client.send('{"type":"pong"}');
      this.take(frame, (answer) => client.send(JSON.stringify(answer)));
    });
    client.on("close", () => this.sockets.delete(client));
  }
  private welcome(client: WebSocket, hello: Frame): void {
    if (this.expired && hello["session_token"] === "token-1") return client.close(4401);
    const last_seq = this.log.at(-1)?.seq ?? 0;
    client.send(JSON.stringify({ type: "welcome", conversation_id: "c1", state: this.state, last_seq }));
    for (const event of this.log)
      if (event.seq > Number(hello["last_seq"])) client.send(JSON.stringify({ type: "event", ...event }));
    this.sockets.add(client);
  }
  private take(frame: Frame, answer: (frame: object) => void): void {
    this.received.push(frame);
    const client_message_id = frame["client_message_id"] as string | undefined;
    if (this.refusal && client_message_id) {
      const refusal = this.refusal;
      this.refusal = null;
      return answer({ type: "error", client_message_id, ...refusal });
    }
    if (this.silent) return;
    if (client_message_id) answer({ type: "ack", client_message_id, ...this.store(frame, client_message_id) });
    if (frame.type === "back_to_bot") this.to("bot");
    if (frame.type === "end") this.end();
  }
  private store(frame: Frame, id: string): { message_id: string; seq: number; duplicate: boolean } {
    const before = this.known.get(id);
    if (before) return { ...before, duplicate: true };
    const message_id = `m${this.known.size + 1}`;
    const text = frame.type === "message" ? String(frame["text"]) : "";
    const seq =
      frame.type === "message"
        ? this.push({ kind: "message", message_id, client_message_id: id, author: { kind: "customer" }, text })
        : this.to("queued", { reason: "customer_request", queue: { position: 2, eta_seconds: 150 } });
    this.known.set(id, { message_id, seq });
    setTimeout(() => this.onMessage(text, this), 20);
    return { message_id, seq, duplicate: false };
  }
  private end(): void {
    this.to("closed");
    this.system("You ended this conversation.");
    this.push({ kind: "feedback_request" });
  }

  // HTTP

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.url);
    if (this.down && url.pathname.startsWith("/api")) return void request.socket.destroy();
    if (url.pathname.startsWith("/api/v1/")) return this.api(request, response, url);
    await this.file(response, url.pathname);
  }
  private async file(response: ServerResponse, path: string): Promise<void> {
    const page = PAGES[path];
    const file = page ? join("pages", `${page}.html`) : join("dist", path.replace(/^\/(assets\/)?/, ""));
    try {
      const body = await readFile(join(this.root, file));
      response.writeHead(200, {
        "Content-Type": TYPES[extname(file)] ?? "text/plain",
        "Content-Security-Policy": POLICY,
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  }
  private async api(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const reply = (status: number, body: unknown): void => {
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    };
    switch (`${request.method} ${url.pathname.slice("/api/v1".length)}`) {
      case "POST /widget/sessions":
        return reply(201, this.session((await read(request)) as Body));
      case "GET /widget/events":
        return reply(200, await this.page(Number(url.searchParams.get("after")), Number(url.searchParams.get("wait"))));
      case "POST /widget/messages":
        return this.take({ type: "message", ...(await read(request)) }, (answer) => reply(200, answer));
      case "GET /widget/transcript":
        return void response.writeHead(200, { "Content-Type": "text/plain" }).end("Conversation\n");
      case "GET /help/search":
        return reply(200, { items: this.help.filter(({ title }) => matches(title, url.searchParams.get("q") ?? "")) });
      default:
        return reply(404, { error: { code: "not_found", message: "There is no such address.", details: {} } });
    }
  }
  private session(body: Body): object {
    const known = body["session_token"] && !(this.expired && body["session_token"] === "token-1");
    const session_token = known ? body["session_token"] : `token-${++this.sessions}`;
    const customer = { id: "k1", name: null, verified: this.verified };
    return {
      session_token,
      conversation_id: "c1",
      state: this.state,
      last_seq: 0,
      customer,
      expires_at: "2099-01-01T00:00:00Z",
    };
  }
  private async page(after: number, wait: number): Promise<object> {
    const found = (): LoggedEvent[] => this.log.filter(({ seq }) => seq > after);
    if (found().length === 0 && wait > 0) await this.news(wait * 1000);
    const events = found();
    return { events, last_seq: events.at(-1)?.seq ?? after, state: this.state };
  }
  private news(atMost: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => (clearTimeout(timer), this.waiting.delete(done), resolve());
      const timer = setTimeout(done, atMost);
      this.waiting.add(done);
    });
  }
}

async function read(request: IncomingMessage): Promise<Body> {
  let text = "";
  for await (const part of request) text += String(part);
  return JSON.parse(text || "{}") as Body;
}

function matches(title: string, query: string): boolean {
  return query
    .toLowerCase()
    .split(/\s+/)
    .some((word) => title.toLowerCase().includes(word));
}
