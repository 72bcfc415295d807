/** A `WebSocket` whose other side is the test. */
import { vi } from "vitest";

type Frame = { type: string } & Record<string, unknown>;

export class FakeSocket {
  static all: FakeSocket[] = [];
  readonly url: string;
  readonly sent: Frame[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((close: { code: number }) => void) | null = null;

  constructor(url: string) {
    this.url = url;
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Frame);
  }
  close(): void {
    this.closed = true;
  }

  // The other side
  open(): void {
    this.onopen?.();
  }
  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  fall(code = 1006): void {
    this.onclose?.({ code });
  }
  welcome(extra: object = {}): void {
    this.open();
    this.say({ type: "welcome", conversation_id: "c1", state: "bot", last_seq: 0, ...extra });
  }
  sentOf(type: string): Frame[] {
    return this.sent.filter((frame) => frame.type === type);
  }

  static latest(): FakeSocket {
    const latest = FakeSocket.all.at(-1);
    if (!latest) throw new Error("no socket was opened");
    return latest;
  }
  static install(): void {
    FakeSocket.all = [];
    vi.stubGlobal("WebSocket", FakeSocket);
  }
}
