/** What an agent is writing: the reply is kept on the server, a note on this machine, so they can never be mixed up. */
import { signal } from "@preact/signals";
import type { KeyValueStore } from "../shared/storage";
import type { Talk } from "./talk";

const SAVE_MS = 800;
const NOTE = "baton.desk.note.";

export class Writing {
  readonly reply = signal("");
  readonly note = signal("");
  /** Words a colleague left; they are shown with their name until they are changed. */
  readonly leftBy = signal<string | null>(null);
  readonly saved = signal(true);
  private readonly talk: Talk;
  private readonly store: KeyValueStore;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private touched = false;

  constructor(talk: Talk, store: KeyValueStore, me: string) {
    this.talk = talk;
    this.store = store;
    this.note.value = store.getItem(NOTE + talk.id) ?? "";
    this.takeDraft(me);
  }

  /** The server's draft, unless something is being written already. */
  takeDraft(me: string): void {
    const draft = this.talk.detail.value?.draft;
    if (!draft || this.touched || this.reply.value) return;
    this.reply.value = draft.text;
    this.leftBy.value = draft.author.id === me ? null : draft.author.name;
  }

  setReply(text: string): void {
    this.touched = true;
    this.reply.value = text;
    this.leftBy.value = null;
    this.saved.value = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), SAVE_MS);
  }

  setNote(text: string): void {
    this.note.value = text;
    try {
      if (text) this.store.setItem(NOTE + this.talk.id, text);
      else this.store.removeItem(NOTE + this.talk.id);
    } catch {
      // A full store costs the note only when the page is left; it is still in the field.
      this.saved.value = false;
    }
  }

  /** Saves at once, as when another conversation is opened. */
  leave(): void {
    if (!this.saved.value) void this.save();
  }

  private async save(): Promise<void> {
    clearTimeout(this.timer);
    const text = this.reply.value;
    try {
      await this.talk.saveDraft(text);
      if (text === this.reply.value) this.saved.value = true;
    } catch {
      // Shown as not saved; the next key, or leaving, tries again.
      this.saved.value = false;
    }
  }
}
