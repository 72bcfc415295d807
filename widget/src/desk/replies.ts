/**
 * Replies that the server has not taken yet. Each keeps its `client_message_id` until it is answered, also over a
 * reload, so a slow or broken line never sends one twice and never loses one.
 */
import { signal } from "@preact/signals";
import type { Api } from "../shared/api";
import { ApiError } from "../shared/api";
import { plainWords } from "../shared/components";
import { newId } from "../shared/ids";
import { type KeyValueStore, readJson, writeJson } from "../shared/storage";

export interface PendingReply {
  id: string;
  conversation: string;
  text: string;
  at: string;
  /** Why the server refused it; it stays until the agent sends it again or lets it go. */
  problem?: string;
}

const KEY = "baton.desk.replies.";
const AGAIN_MS = 3_000;

export class Replies {
  readonly pending = signal<readonly PendingReply[]>([]);
  private readonly api: Api;
  private readonly store: KeyValueStore;
  private readonly key: string;
  private sending: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `owner`: whose replies these are; another account on the same machine does not see them. */
  constructor(api: Api, store: KeyValueStore, owner: string) {
    this.api = api;
    this.store = store;
    this.key = KEY + owner;
    this.pending.value = readJson<PendingReply[]>(store, this.key) ?? [];
  }

  add(conversation: string, text: string): void {
    this.keep([...this.pending.value, { id: newId(), conversation, text, at: new Date().toISOString() }]);
    this.hurry();
  }

  again(id: string): void {
    this.keep(this.pending.value.map((reply) => (reply.id === id ? withoutProblem(reply) : reply)));
    this.hurry();
  }

  /** Lets one go; those written after it may be sent now. */
  discard(id: string): void {
    this.forget(id);
    this.hurry();
  }

  /** Sends what is due now; called when something was written and when the line is back. */
  hurry(): void {
    clearTimeout(this.timer);
    this.sending ??= this.drain().finally(() => (this.sending = null));
  }

  /** One after the other, so that they arrive in the order they were written. */
  private async drain(): Promise<void> {
    for (let next = this.next(); next; next = this.next()) {
      const { id, conversation, text } = next;
      try {
        await this.api.post(`/agent/conversations/${conversation}/messages`, { client_message_id: id, text });
        this.forget(id);
      } catch (reason) {
        if (!(reason instanceof ApiError) || (!reason.passing && reason.status !== 401)) {
          this.mark(id, plainWords(reason));
          continue;
        }
        this.timer = setTimeout(() => this.hurry(), Math.max(AGAIN_MS, (reason.retryAfter ?? 0) * 1000));
        return;
      }
    }
  }

  private next(): PendingReply | undefined {
    const stuck = new Set(this.pending.value.filter(({ problem }) => problem).map(({ conversation }) => conversation));
    return this.pending.value.find(({ conversation }) => !stuck.has(conversation));
  }

  private forget(id: string): void {
    this.keep(this.pending.value.filter((reply) => reply.id !== id));
  }

  private mark(id: string, problem: string): void {
    this.keep(this.pending.value.map((reply) => (reply.id === id ? { ...reply, problem } : reply)));
  }

  private keep(pending: readonly PendingReply[]): void {
    this.pending.value = pending;
    if (pending.length === 0) this.store.removeItem(this.key);
    else writeJson(this.store, this.key, pending);
  }
}

function withoutProblem({ problem: _, ...reply }: PendingReply): PendingReply {
  return reply;
}
