/** What keys and buttons want of the views: a field to be focused, a dialog to be shown. */
import { type Signal, signal } from "@preact/signals";

export type DialogName = "transfer" | "snooze" | "resolve" | "labels";
export type ComposerMode = "reply" | "note";

export interface Work {
  dialog: Signal<DialogName | null>;
  mode: Signal<ComposerMode>;
  /** The composer is to be focused; it takes the wish back when it has done so. */
  wantsComposer: Signal<boolean>;
  focusSearch: Signal<number>;
}

export function newWork(): Work {
  return { dialog: signal(null), mode: signal("reply"), wantsComposer: signal(false), focusSearch: signal(0) };
}

export function write(work: Work, mode: ComposerMode): void {
  work.mode.value = mode;
  work.wantsComposer.value = true;
}
