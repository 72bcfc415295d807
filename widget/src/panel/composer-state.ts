/** What stands in the message field: kept over reloads, filled from other places of the panel. */
import { computed, signal } from "@preact/signals";
import type { KeyValueStore } from "../shared/storage";

const DRAFT = "baton.draft";
export const MAX_TEXT = 4000;

export class Composer {
  readonly text = signal("");
  /** Characters that are still free, counted as the server counts them. */
  readonly left = computed(() => MAX_TEXT - [...this.text.value].length);
  readonly sendable = computed(() => this.text.value.trim() !== "" && this.left.value >= 0);
  /** Raised when the field should take the focus. */
  readonly wanted = signal(0);
  private readonly store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.store = store;
    this.text.value = store.getItem(DRAFT) ?? "";
  }

  write(text: string): void {
    this.text.value = text;
    try {
      if (text) this.store.setItem(DRAFT, text);
      else this.store.removeItem(DRAFT);
    } catch {
      // A full store loses the draft at a reload, nothing else.
    }
  }

  fill(text: string): void {
    this.write(text);
    this.focus();
  }

  focus(): void {
    this.wanted.value += 1;
  }

  /** The text to send, leaving the field empty; null when there is nothing that could be sent. */
  take(): string | null {
    if (!this.sendable.value) return null;
    const text = this.text.value.trim();
    this.write("");
    return text;
  }
}
