/**
 * Messages that the server has not acknowledged yet. They survive a reload, and each lies under its own key, so that
 * two open tabs never overwrite each other's. Sending one twice is harmless: the server knows the `client_message_id`.
 */
import { type KeyValueStore, readJson, writeJson } from "./storage";
import type { AcknowledgedFrame } from "./types";

export interface OutboxEntry {
  frame: AcknowledgedFrame;
  created_at: number;
  /** Set when the server refused it; it stays until a person sends it again or lets it go. */
  failure?: { code: string; message: string };
  /** Not before this moment (ms), when the server asked for patience. */
  not_before?: number;
}

export class Outbox {
  private readonly store: KeyValueStore;
  private readonly prefix: string;
  private readonly items = new Map<string, OutboxEntry>();

  constructor(store: KeyValueStore, prefix = "baton.outbox.") {
    this.store = store;
    this.prefix = prefix;
    for (const entry of this.stored()) this.items.set(entry.frame.client_message_id, entry);
  }

  /** All entries, oldest first. */
  entries(): OutboxEntry[] {
    return [...this.items.values()];
  }

  /** Those that may be sent at this moment, oldest first; what has to wait makes all after it wait, so order stays. */
  due(now: number): OutboxEntry[] {
    const sound = this.entries().filter((entry) => !entry.failure);
    const waiting = sound.findIndex((entry) => (entry.not_before ?? 0) > now);
    return waiting < 0 ? sound : sound.slice(0, waiting);
  }

  get(id: string): OutboxEntry | undefined {
    return this.items.get(id);
  }

  add(frame: AcknowledgedFrame, now: number): OutboxEntry {
    const entry: OutboxEntry = { frame, created_at: now };
    this.keep(entry);
    return entry;
  }

  /** False when it was not there, as after an acknowledgement that came twice. */
  remove(id: string): boolean {
    this.store.removeItem(this.prefix + id);
    return this.items.delete(id);
  }

  fail(id: string, failure: { code: string; message: string }): void {
    this.change(id, (entry) => ({ frame: entry.frame, created_at: entry.created_at, failure }));
  }

  postpone(id: string, until: number): void {
    this.change(id, (entry) => ({ frame: entry.frame, created_at: entry.created_at, not_before: until }));
  }

  /** Makes a refused entry due again, with the same id. */
  revive(id: string): void {
    this.change(id, (entry) => ({ frame: entry.frame, created_at: entry.created_at }));
  }

  clear(): void {
    for (const id of [...this.items.keys()]) this.remove(id);
  }

  private change(id: string, next: (entry: OutboxEntry) => OutboxEntry): void {
    const entry = this.items.get(id);
    if (entry) this.keep(next(entry));
  }

  private keep(entry: OutboxEntry): void {
    const id = entry.frame.client_message_id;
    this.items.set(id, entry);
    writeJson(this.store, this.prefix + id, entry);
  }

  private stored(): OutboxEntry[] {
    const keys = Array.from({ length: this.store.length }, (_, index) => this.store.key(index));
    return keys
      .filter((key): key is string => key?.startsWith(this.prefix) ?? false)
      .map((key) => readJson<OutboxEntry>(this.store, key))
      .filter((entry): entry is OutboxEntry => Boolean(entry?.frame?.client_message_id))
      .sort((a, b) => a.created_at - b.created_at);
  }
}
