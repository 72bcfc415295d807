import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api } from "../shared/api";
import { MemoryStore } from "../shared/storage";
import { Replies } from "./replies";

interface Sent {
  path: string;
  body: { client_message_id: string; text: string };
}

let answers: (() => Response | Promise<Response>)[];
let sent: Sent[];
const ok = (): Response => new Response("{}", { status: 201 });
const refused = (status: number, code: string): Response =>
  new Response(JSON.stringify({ error: { code, message: "It is Mara's now.", details: {} } }), { status });
const lost = (): Promise<Response> => Promise.reject(new TypeError("no line"));

function replies(store = new MemoryStore()): Replies {
  const post = (path: unknown, init?: RequestInit): Promise<Response> => {
    sent.push({ path: String(path), body: JSON.parse(String(init?.body)) as Sent["body"] });
    return Promise.resolve((answers.shift() ?? ok)());
  };
  return new Replies(new Api({ fetch: post as typeof fetch }), store, "me");
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  sent = [];
});
afterEach(() => vi.useRealTimers());

describe("Replies", () => {
  it("sends in the order of writing and forgets what was taken", async () => {
    const box = replies();
    box.add("c1", "one");
    box.add("c1", "two");
    await settle();
    expect(sent.map(({ body }) => body.text)).toEqual(["one", "two"]);
    expect(box.pending.value).toEqual([]);
  });

  it("sends the same reply under the same id until the line is back", async () => {
    const box = replies();
    answers = [lost, lost];
    box.add("c1", "one");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ body }) => body.client_message_id)).size).toBe(1);
    expect(box.pending.value).toEqual([]);
  });

  it("goes on after a reload", async () => {
    const store = new MemoryStore();
    answers = [lost];
    replies(store).add("c1", "one");
    await settle();
    const again = replies(store);
    expect(again.pending.value).toMatchObject([{ conversation: "c1", text: "one" }]);
    again.hurry();
    await settle();
    expect(again.pending.value).toEqual([]);
    expect(sent[0]?.body.client_message_id).toBe(sent[1]?.body.client_message_id);
  });

  it("keeps what was refused until the agent decides, and holds back only that conversation", async () => {
    const box = replies();
    answers = [() => refused(409, "not_assigned")];
    box.add("c1", "one");
    box.add("c1", "two");
    box.add("c2", "three");
    await settle();
    expect(sent.map(({ body }) => body.text)).toEqual(["one", "three"]);
    expect(box.pending.value).toMatchObject([{ text: "one", problem: "It is Mara's now." }, { text: "two" }]);
    box.discard(box.pending.value[0]?.id ?? "");
    await settle();
    expect(box.pending.value).toEqual([]);
  });

  it("waits while the session has ended, without giving up", async () => {
    const box = replies();
    answers = [() => refused(401, "not_signed_in")];
    box.add("c1", "one");
    await settle();
    expect(box.pending.value).toMatchObject([{ text: "one" }]);
    expect(box.pending.value[0]?.problem).toBeUndefined();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(box.pending.value).toEqual([]);
  });
});
