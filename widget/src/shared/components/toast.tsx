import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { IconButton } from "./button";

interface Toast {
  id: number;
  text: string;
  tone: "plain" | "attention";
  action?: { title: string; run: () => void };
}

const STAY_MS = 6_000;
const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

/** Says in passing what happened. Bad news and offers to undo stay until they are closed. */
export function toast(text: string, options: Partial<Omit<Toast, "id" | "text">> = {}): void {
  const made: Toast = { id: ++lastId, text, tone: "plain", ...options };
  toasts.value = [...toasts.value.slice(-2), made];
  if (made.tone === "plain") setTimeout(() => dismiss(made.id), STAY_MS);
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((known) => known.id !== id);
}

/** Once a page, at its end. */
export function Toasts(): JSX.Element {
  return (
    <div class="b-toasts" role="status" aria-live="polite">
      {toasts.value.map((shown) => (
        <div key={shown.id} class={`b-toast b-toast-${shown.tone}`}>
          <span>{shown.text}</span>
          {shown.action ? <ActionButton shown={shown} action={shown.action} /> : null}
          <IconButton icon="close" label="Dismiss" onClick={() => dismiss(shown.id)} />
        </div>
      ))}
    </div>
  );
}

function ActionButton({ shown, action }: { shown: Toast; action: { title: string; run: () => void } }): JSX.Element {
  const run = (): void => {
    dismiss(shown.id);
    action.run();
  };
  return (
    <button type="button" class="b-toast-action" onClick={run}>
      {action.title}
    </button>
  );
}
