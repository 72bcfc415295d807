/**
 * One script tag: `<script src="https://HOST/widget.js" async></script>`. Calls made before it has loaded are kept:
 * `window.Baton=window.Baton||function(){(Baton.q=Baton.q||[]).push(arguments)}`.
 */
import { readSettings } from "./settings";
import { Widget } from "./widget";

const COMMANDS = ["open", "close", "toggle", "identify", "set", "show", "prefill", "on"] as const;
type Command = (typeof COMMANDS)[number];

interface BatonFunction {
  (command: Command, ...values: unknown[]): unknown;
  q?: ArrayLike<unknown>[];
  loaded?: true;
}

declare global {
  interface Window {
    Baton?: BatonFunction;
  }
}

function run(widget: Widget, command: unknown, values: unknown[]): unknown {
  if (!COMMANDS.includes(command as Command)) {
    console.warn(`Baton: there is no command ${JSON.stringify(command)}. Known: ${COMMANDS.join(", ")}.`);
    return undefined;
  }
  return (widget[command as Command] as (...values: unknown[]) => unknown).apply(widget, values);
}

function start(script: HTMLScriptElement): void {
  const queued = window.Baton?.q ?? [];
  const widget = new Widget(readSettings(script));
  window.Baton = Object.assign((command: Command, ...values: unknown[]) => run(widget, command, values), {
    loaded: true as const,
  });
  for (const call of Array.from(queued)) {
    const [command, ...values] = Array.from(call);
    run(widget, command, values);
  }
}

const script = document.currentScript ?? document.querySelector('script[src*="/widget.js"]');
if (script instanceof HTMLScriptElement && !window.Baton?.loaded) {
  if (document.body) start(script);
  else addEventListener("DOMContentLoaded", () => start(script));
}
