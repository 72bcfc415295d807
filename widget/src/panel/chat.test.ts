import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeSocket } from "../../test/fake-socket";
import { MemoryStore } from "../shared/storage";
import { Chat } from "./chat";

const details = { identity_token: null, locale: "en", page_url: "https://shop.example.com/" };
const session = (more: object = {}) => ({
  session_token: "t1",
  conversation_id: "c1",
  state: "bot",
  last_seq: 0,
  customer: { id: "k1", name: null, verified: false },
  expires_at: "2099-01-01T00:00:00Z",
  ...more,
});
const event = (seq: number, inner: object) => ({ type: "event", seq, at: "2026-03-02T10:00:00Z", event: inner });
const message = (seq: number, kind: string, text: string, more: object = {}) =>
  event(seq, { kind: "message", message_id: `m${seq}`, author: { kind }, text, ...more });

let store: MemoryStore;
let requests: { url: string; body: Record<string, unknown> }[];
let answers: (() => Response | Promise<Response>)[];

async function started(): Promise<Chat> {
  const chat = new Chat(store, details);
  await chat.start();
  return chat;
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.install();
  store = new MemoryStore();
  requests = [];
  answers = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    requests.push({ url, body: JSON.parse(String(init.body ?? "{}")) as Record<string, unknown> });
    const answer = answers.shift();
    return Promise.resolve(answer ? answer() : new Response(JSON.stringify(session()), { status: 201 }));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a session", () => {
  it("is resumed with the token that was kept, and the log from its beginning", async () => {
    await started();
    await started();
    expect(requests.map(({ body }) => body["session_token"])).toEqual([undefined, "t1"]);
    FakeSocket.latest().open();
    expect(FakeSocket.latest().sent[0]).toEqual({ type: "hello", session_token: "t1", last_seq: 0 });
  });

  it("goes on without the service's answer when there is a token", async () => {
    await started();
    answers = [() => Promise.reject(new TypeError("no network"))];
    const opened = FakeSocket.all.length;
    await started();
    expect(FakeSocket.all.length).toBe(opened + 1);
  });

  it("waits for the network when there is none yet, and keeps what is written", async () => {
    answers = [() => Promise.reject(new TypeError("no network"))];
    const chat = new Chat(store, details);
    const starting = chat.start();
    await vi.advanceTimersByTimeAsync(0);
    chat.say("hello");
    expect([chat.status.value, chat.pending.value.length]).toEqual(["offline", 1]);
    window.dispatchEvent(new Event("online"));
    await starting;
    FakeSocket.latest().welcome();
    expect(FakeSocket.latest().sentOf("message")[0]).toMatchObject({ text: "hello" });
  });

  it("is opened anew once when the server does not know it any more", async () => {
    const chat = await started();
    FakeSocket.latest().welcome();
    FakeSocket.latest().say(message(1, "bot", "old"));
    FakeSocket.latest().fall(4401);
    await vi.advanceTimersByTimeAsync(0);
    expect(requests.at(-1)?.body["session_token"]).toBeUndefined();
    expect(chat.log.value.messages).toEqual([]);
    FakeSocket.latest().open();
    expect(FakeSocket.latest().sent[0]).toMatchObject({ last_seq: 0 });
    FakeSocket.latest().fall(4401);
    await vi.advanceTimersByTimeAsync(0);
    expect(requests).toHaveLength(2);
    expect(chat.problem.value).not.toBeNull();
  });

  it("says so when this page may not use the chat", async () => {
    answers = [() => new Response('{"error":{"code":"origin_refused","message":"No.","details":{}}}', { status: 403 })];
    const chat = await started();
    expect([chat.status.value, chat.problem.value]).toEqual(["refused", "This chat cannot be used from this page."]);
  });

  it("leaves out an identity that is not accepted", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    answers = [() => new Response('{"error":{"code":"identity_wrong","message":"No.","details":{}}}', { status: 401 })];
    const chat = new Chat(store, { ...details, identity_token: "wrong" });
    await chat.start();
    expect(requests.map(({ body }) => body["identity_token"])).toEqual(["wrong", undefined]);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("does not send one person's unsent words as another's", async () => {
    const verified = (id: string, conversation_id: string) =>
      new Response(JSON.stringify(session({ conversation_id, customer: { id, name: null, verified: true } })));
    answers = [() => verified("anna", "c1"), () => verified("ben", "c2")];
    const chat = await started();
    chat.say("for Anna's order");
    await chat.identify("ben's token");
    FakeSocket.latest().welcome();
    expect(FakeSocket.latest().sentOf("message")).toEqual([]);
  });
});

describe("a message", () => {
  it("is shown once, from the first key to the log", async () => {
    const chat = await started();
    FakeSocket.latest().welcome();
    chat.say("hello");
    const id = chat.pending.value[0]?.frame.client_message_id;
    FakeSocket.latest().say({ type: "ack", client_message_id: id, message_id: "m1", seq: 1, duplicate: false });
    expect([chat.outbox.value.length, chat.pending.value.length]).toEqual([0, 1]);
    FakeSocket.latest().say(message(1, "customer", "hello", { client_message_id: id }));
    expect([chat.log.value.messages.length, chat.pending.value.length]).toEqual([1, 0]);
  });

  it("is not shown twice when its event comes before its acknowledgement", async () => {
    const chat = await started();
    FakeSocket.latest().welcome();
    chat.say("hello");
    const id = chat.pending.value[0]?.frame.client_message_id;
    FakeSocket.latest().say(message(1, "customer", "hello", { client_message_id: id }));
    expect(chat.pending.value).toEqual([]);
    FakeSocket.latest().say({ type: "ack", client_message_id: id, message_id: "m1", seq: 1, duplicate: false });
    expect(chat.pending.value).toEqual([]);
  });

  it("carries the payload of a quick reply with its title", async () => {
    const chat = await started();
    FakeSocket.latest().welcome();
    chat.say("Where is my order?", "/order_status");
    expect(FakeSocket.latest().sentOf("message")[0]).toMatchObject({
      text: "Where is my order?",
      payload: "/order_status",
    });
  });

  it("asks for a person once, however often the button is pressed", async () => {
    const chat = await started();
    FakeSocket.latest().welcome();
    chat.requestHuman();
    chat.requestHuman();
    expect(FakeSocket.latest().sentOf("request_human")).toHaveLength(1);
  });
});

describe("what is new", () => {
  it("is unread until it is seen, also after a reload", async () => {
    const chat = await started();
    FakeSocket.latest().welcome();
    FakeSocket.latest().say(message(1, "bot", "one"));
    FakeSocket.latest().say(message(2, "agent", "two"));
    expect(chat.unread.value).toBe(2);
    chat.markSeen();
    expect(chat.unread.value).toBe(0);
    expect(FakeSocket.latest().sentOf("read")).toEqual([{ type: "read", seq: 2 }]);
    const again = await started();
    FakeSocket.latest().welcome();
    FakeSocket.latest().say(message(1, "bot", "one"));
    FakeSocket.latest().say(message(2, "agent", "two"));
    FakeSocket.latest().say(message(3, "agent", "three"));
    expect(again.unread.value).toBe(1);
  });

  it("is told to the page only when it is live, not while the log is replayed", async () => {
    const chat = await started();
    const heard: string[] = [];
    chat.watch({ onIncoming: (by) => heard.push(by) });
    FakeSocket.latest().welcome({ last_seq: 1 });
    FakeSocket.latest().say(message(1, "bot", "old"));
    vi.advanceTimersByTime(1_100);
    FakeSocket.latest().say(message(2, "agent", "new"));
    expect(heard).toEqual(["agent"]);
  });

  it("ends the typing sign", async () => {
    const chat = await started();
    FakeSocket.latest().welcome();
    FakeSocket.latest().say({ type: "typing", by: "bot", active: true });
    expect(chat.typing.value?.by).toBe("bot");
    FakeSocket.latest().say(message(1, "bot", "here"));
    expect(chat.typing.value).toBeNull();
  });
});

describe("typing", () => {
  it("is told at most every three seconds, and its end once", async () => {
    const chat = await started();
    FakeSocket.latest().welcome();
    chat.tellTyping(true);
    chat.tellTyping(true);
    vi.advanceTimersByTime(3_100);
    chat.tellTyping(true);
    chat.tellTyping(false);
    chat.tellTyping(false);
    expect(
      FakeSocket.latest()
        .sentOf("typing")
        .map(({ active }) => active),
    ).toEqual([true, true, false]);
  });
});

describe("a rating", () => {
  it("is sent once and remembered", async () => {
    const chat = await started();
    FakeSocket.latest().welcome();
    chat.rate(9, "csat", 4, "");
    expect(FakeSocket.latest().sentOf("feedback")).toEqual([{ type: "feedback", kind: "csat", score: 4 }]);
    expect((await started()).rated.value).toBe(9);
  });
});
