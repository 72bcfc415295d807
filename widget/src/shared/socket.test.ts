import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeSocket } from "../../test/fake-socket";
import { ApiError } from "./api";
import { Outbox } from "./outbox";
import type { EventPage, Fallback } from "./polling";
import { Socket, type SocketEvents, type SocketOptions, socketUrl } from "./socket";
import { MemoryStore } from "./storage";
import type { LoggedEvent } from "./types";

const said = (seq: number, extra: object = {}) => ({
  type: "event",
  seq,
  at: "2026-03-02T10:00:00Z",
  event: { kind: "message", message_id: `m${seq}`, author: { kind: "bot" }, text: `text ${seq}` },
  ...extra,
});
const message = (id: string) => ({ type: "message", client_message_id: id, text: `hello ${id}` }) as const;

let store: MemoryStore;
let made: Socket[] = [];

function connect(options: Partial<SocketOptions> = {}): Socket {
  const socket = new Socket({
    url: () => "ws://shop.test/ws",
    hello: (self) => ({ type: "hello", session_token: "t", last_seq: self.cursor() }),
    outbox: new Outbox(store),
    random: () => 0.5,
    ...options,
  });
  made.push(socket);
  socket.start();
  return socket;
}

function record<Name extends keyof SocketEvents>(socket: Socket, name: Name): SocketEvents[Name][] {
  const seen: SocketEvents[Name][] = [];
  socket.on(name, (payload) => seen.push(payload));
  return seen;
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.install();
  store = new MemoryStore();
  made = [];
});
afterEach(() => {
  made.forEach((socket) => socket.stop());
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("resuming", () => {
  it("says hello with the last seq it passed on", () => {
    connect();
    FakeSocket.latest().welcome();
    expect(FakeSocket.latest().sent[0]).toEqual({ type: "hello", session_token: "t", last_seq: 0 });
    FakeSocket.latest().say(said(1));
    FakeSocket.latest().say(said(2));
    FakeSocket.latest().fall();
    vi.advanceTimersByTime(30_000);
    FakeSocket.latest().open();
    expect(FakeSocket.latest().sent[0]).toMatchObject({ last_seq: 2 });
  });

  it("passes every event on once, however often it comes", () => {
    const events = record(connect(), "event");
    FakeSocket.latest().welcome();
    [1, 2, 2, 1, 3].forEach((seq) => FakeSocket.latest().say(said(seq)));
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it("lets seqs jump, because private events are never sent", () => {
    const events = record(connect(), "event");
    FakeSocket.latest().welcome();
    [1, 5, 9].forEach((seq) => FakeSocket.latest().say(said(seq)));
    expect(events.map(({ seq }) => seq)).toEqual([1, 5, 9]);
  });

  it("counts each conversation for itself", () => {
    const socket = connect();
    const events = record(socket, "event");
    FakeSocket.latest().welcome();
    FakeSocket.latest().say(said(7, { conversation_id: "a" }));
    FakeSocket.latest().say(said(3, { conversation_id: "b" }));
    FakeSocket.latest().say(said(7, { conversation_id: "a" }));
    expect(events).toHaveLength(2);
    expect([socket.cursor("a"), socket.cursor("b")]).toEqual([7, 3]);
  });

  it("fetches the whole log after resync and shows live events after it", async () => {
    let answer: (page: EventPage) => void = () => undefined;
    const fallback: Fallback = {
      events: (after) =>
        after === 0 ? new Promise((resolve) => (answer = resolve)) : Promise.resolve({ events: [], last_seq: after }),
      deliver: () => Promise.reject(new Error("not asked")),
    };
    const socket = connect({ fallback });
    const events = record(socket, "event");
    const resyncs = record(socket, "resync");
    FakeSocket.latest().welcome();
    FakeSocket.latest().say(said(40));
    FakeSocket.latest().say({ type: "resync" });
    FakeSocket.latest().say(said(42));
    answer({ events: [said(1), said(41)] as LoggedEvent[], last_seq: 41 });
    await vi.advanceTimersByTimeAsync(0);
    expect(resyncs).toHaveLength(1);
    expect(events.map(({ seq }) => seq)).toEqual([40, 1, 41, 42]);
  });
});

describe("reconnecting", () => {
  it("waits with jitter that grows to at most 30 s", () => {
    connect();
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(() => {
      const before = FakeSocket.all.length;
      FakeSocket.latest().fall();
      let waited = 0;
      while (FakeSocket.all.length === before) {
        vi.advanceTimersByTime(250);
        waited += 250;
      }
      return waited;
    });
    expect(waits[0]).toBeLessThanOrEqual(1000);
    expect(waits.at(-1)).toBeGreaterThan(10_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_250);
  });

  it.each([
    [1012, 7750, 8250],
    [1006, 750, 1000],
  ])("after code %i comes back within %i to %i ms at the latest", (code, least, most) => {
    connect({ random: () => 0.99 });
    FakeSocket.latest().fall(code);
    vi.advanceTimersByTime(least);
    expect(FakeSocket.all).toHaveLength(1);
    vi.advanceTimersByTime(most - least);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it.each([
    ["online", () => window.dispatchEvent(new Event("online"))],
    ["pageshow", () => window.dispatchEvent(new Event("pageshow"))],
    ["visibilitychange", () => document.dispatchEvent(new Event("visibilitychange"))],
  ])("tries again at once on %s", (_, happen) => {
    connect();
    FakeSocket.latest().fall();
    happen();
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("pings every 20 s and gives up a side that is silent for 30 s", () => {
    const socket = connect();
    const first = FakeSocket.latest();
    first.welcome();
    vi.advanceTimersByTime(20_000);
    expect(first.sentOf("ping")).toHaveLength(1);
    first.say({ type: "pong" });
    vi.advanceTimersByTime(29_900);
    expect(socket.status).toBe("online");
    vi.advanceTimersByTime(200);
    expect(first.closed).toBe(true);
    expect(socket.status).toBe("offline");
  });

  it("finds out within 5 s whether a woken page's socket is dead", () => {
    const socket = connect();
    FakeSocket.latest().welcome();
    document.dispatchEvent(new Event("visibilitychange"));
    vi.advanceTimersByTime(5_100);
    expect(socket.status).toBe("offline");
  });

  it("ends with 4401 and 4403, and says so", () => {
    const socket = connect();
    const refused = record(socket, "refused");
    FakeSocket.latest().open();
    FakeSocket.latest().fall(4401);
    vi.advanceTimersByTime(120_000);
    expect(refused).toEqual([{ code: 4401 }]);
    expect(FakeSocket.all).toHaveLength(1);
    expect(socket.status).toBe("refused");
  });

  it("stays quiet after stop", () => {
    const socket = connect();
    FakeSocket.latest().welcome();
    socket.stop();
    window.dispatchEvent(new Event("online"));
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all).toHaveLength(1);
    expect(FakeSocket.latest().closed).toBe(true);
  });
});

describe("the outbox", () => {
  it("holds a message written offline and sends it after the welcome, in order", () => {
    const socket = connect();
    socket.deliver(message("a"));
    socket.deliver(message("b"));
    FakeSocket.latest().welcome();
    expect(
      FakeSocket.latest()
        .sentOf("message")
        .map((frame) => frame["client_message_id"]),
    ).toEqual(["a", "b"]);
  });

  it("sends again, with the same id, what was not acknowledged before the line fell", () => {
    const socket = connect();
    FakeSocket.latest().welcome();
    socket.deliver(message("a"));
    FakeSocket.latest().fall();
    vi.advanceTimersByTime(30_000);
    FakeSocket.latest().welcome();
    expect(FakeSocket.latest().sentOf("message")).toEqual([message("a")]);
  });

  it("forgets a message once it is acknowledged, also across a reload", () => {
    const socket = connect();
    FakeSocket.latest().welcome();
    socket.deliver(message("a"));
    FakeSocket.latest().say({ type: "ack", client_message_id: "a", message_id: "m1", seq: 1, duplicate: false });
    expect(new Outbox(store).entries()).toEqual([]);
  });

  it("sends what a reload left behind", () => {
    new Outbox(store).add(message("left"), 1);
    connect();
    FakeSocket.latest().welcome();
    expect(FakeSocket.latest().sentOf("message")).toEqual([message("left")]);
  });

  it("asks again when an acknowledgement is missing although the line works", () => {
    const socket = connect();
    FakeSocket.latest().welcome();
    socket.deliver(message("a"));
    vi.advanceTimersByTime(20_000);
    expect(FakeSocket.latest().sentOf("message")).toHaveLength(2);
  });

  it("keeps a refused message until a person decides", () => {
    const socket = connect();
    FakeSocket.latest().welcome();
    socket.deliver(message("a"));
    FakeSocket.latest().say({ type: "error", code: "text_too_long", message: "Too long.", client_message_id: "a" });
    vi.advanceTimersByTime(25_000);
    expect(FakeSocket.latest().sentOf("message")).toHaveLength(1);
    expect(new Outbox(store).get("a")?.failure?.code).toBe("text_too_long");
    socket.retry("a");
    expect(FakeSocket.latest().sentOf("message")).toHaveLength(2);
  });

  it("waits as long as the server asks, and what was written later waits behind it", () => {
    const socket = connect();
    FakeSocket.latest().welcome();
    socket.deliver(message("a"));
    const error = { type: "error", code: "rate_limited", message: "Slower.", client_message_id: "a", retry_after: 7 };
    FakeSocket.latest().say(error);
    socket.deliver(message("b"));
    vi.advanceTimersByTime(6_000);
    FakeSocket.latest().say({ type: "pong" });
    expect(FakeSocket.latest().sentOf("message")).toHaveLength(1);
    vi.advanceTimersByTime(1_100);
    expect(
      FakeSocket.latest()
        .sentOf("message")
        .map((frame) => frame["client_message_id"]),
    ).toEqual(["a", "a", "b"]);
  });
});

describe("frames", () => {
  it("gives frames it does not know to the client that may", () => {
    const frames = record(connect(), "frame");
    FakeSocket.latest().welcome();
    FakeSocket.latest().say({ type: "presence", agent: "Mara" });
    FakeSocket.latest().say({ type: "toString" });
    expect(frames.map(({ type }) => type)).toEqual(["presence", "toString"]);
  });

  it("survives what is not JSON or not a frame", () => {
    const socket = connect();
    FakeSocket.latest().welcome();
    FakeSocket.latest().onmessage?.({ data: "<html>" });
    FakeSocket.latest().onmessage?.({ data: "null" });
    FakeSocket.latest().onmessage?.({ data: "[1]" });
    expect(socket.status).toBe("online");
  });

  it("does not send typing without a line, and keeps a rating until there is one", () => {
    const socket = connect();
    expect(socket.send({ type: "typing", active: true })).toBe(false);
    socket.sendOnceLive({ type: "feedback", kind: "csat", score: 5 });
    FakeSocket.latest().welcome();
    expect(FakeSocket.latest().sent.map(({ type }) => type)).toEqual(["hello", "feedback"]);
  });
});

describe("without sockets", () => {
  const failing = (times: number): void => {
    for (let done = 0; done < times; done += 1) {
      FakeSocket.latest().fall();
      vi.advanceTimersByTime(31_000);
    }
  };

  function polled(deliver: Fallback["deliver"], batches: LoggedEvent[][]): Fallback {
    return {
      events: (_, signal) => {
        const batch = batches.shift();
        if (batch) return Promise.resolve({ events: batch, last_seq: batch.at(-1)?.seq ?? 0 });
        return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
      },
      deliver,
    };
  }

  it("fetches events and posts messages", async () => {
    const posted: string[] = [];
    const deliver: Fallback["deliver"] = (frame) => {
      posted.push(frame.client_message_id);
      return Promise.resolve({ client_message_id: frame.client_message_id, message_id: "m", seq: 3, duplicate: false });
    };
    const socket = connect({ fallback: polled(deliver, [[said(1), said(2)] as LoggedEvent[]]) });
    const events = record(socket, "event");
    const acks = record(socket, "ack");
    socket.deliver(message("a"));
    failing(2);
    await vi.advanceTimersByTimeAsync(10);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(posted).toEqual(["a"]);
    expect(acks).toHaveLength(1);
    expect([socket.status, socket.limited]).toEqual(["online", true]);
  });

  it("asks on behind private events, which are counted but never sent", async () => {
    const asked: number[] = [];
    const events: Fallback["events"] = (after) => {
      asked.push(after);
      if (asked.length > 3) return new Promise(() => undefined);
      return Promise.resolve({ events: [], last_seq: after + 5 });
    };
    connect({ fallback: { events, deliver: () => Promise.reject(new Error("not asked")) } });
    failing(2);
    await vi.advanceTimersByTimeAsync(10);
    expect(asked).toEqual([0, 5, 10, 15]);
  });

  it("goes back to the socket when one opens", async () => {
    const socket = connect({ fallback: polled(() => Promise.reject(new Error("not asked")), [[]]) });
    failing(2);
    await vi.advanceTimersByTimeAsync(10);
    expect(socket.limited).toBe(true);
    FakeSocket.latest().fall();
    window.dispatchEvent(new Event("online"));
    FakeSocket.latest().welcome();
    expect([socket.status, socket.limited]).toEqual(["online", false]);
  });

  it("ends when the session is gone", async () => {
    const gone = new ApiError(401, { code: "session_expired", message: "Gone.", details: {} });
    const socket = connect({ fallback: { events: () => Promise.reject(gone), deliver: () => Promise.reject(gone) } });
    failing(2);
    await vi.advanceTimersByTimeAsync(10);
    expect(socket.status).toBe("refused");
  });

  it("keeps a message that could not be posted and tries it again", async () => {
    let attempts = 0;
    const deliver: Fallback["deliver"] = (frame) => {
      attempts += 1;
      if (attempts === 1) return Promise.reject(new ApiError(503, { code: "busy", message: "Busy.", details: {} }));
      return Promise.resolve({ client_message_id: frame.client_message_id, message_id: "m", seq: 3, duplicate: false });
    };
    const socket = connect({ fallback: polled(deliver, [[]]) });
    socket.deliver(message("a"));
    failing(2);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(attempts).toBe(2);
    expect(new Outbox(store).entries()).toEqual([]);
  });
});

it("uses wss on https pages", () => {
  expect(socketUrl("/api/v1/widget/ws", { protocol: "https:", host: "shop.test" })).toBe(
    "wss://shop.test/api/v1/widget/ws",
  );
  expect(socketUrl("/api/v1/widget/ws", { protocol: "http:", host: "shop.test:80" })).toBe(
    "ws://shop.test:80/api/v1/widget/ws",
  );
});
