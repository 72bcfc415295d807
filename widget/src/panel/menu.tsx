/** Everything that is not writing: a person, the assistant, the transcript, sound, the end. */
import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon, IconButton, type IconName, toast } from "../shared/components";
import type { Chat } from "./chat";
import { texts } from "./texts";

export interface MenuProps {
  chat: Chat;
  sound: Signal<boolean>;
  onHelp: () => void;
  onEnd: () => void;
}

interface Item {
  icon: IconName;
  title: string;
  run: () => void;
  off?: boolean;
}

export function Menu(props: MenuProps): JSX.Element {
  const open = useSignal(false);
  const place = useRef<HTMLDivElement>(null);
  const close = (): void => {
    open.value = false;
    place.current?.querySelector<HTMLElement>("button")?.focus();
  };
  useEffect(() => {
    if (!open.value) return undefined;
    buttons(place.current)[0]?.focus();
    const outside = (event: Event): void => {
      if (!place.current?.contains(event.target as Node)) open.value = false;
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open.value]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!open.value) return;
    if (event.key === "Escape" || event.key === "Tab") {
      event.stopPropagation();
      if (event.key === "Escape") close();
      else open.value = false;
      return;
    }
    if (moveFocus(buttons(place.current), event.key)) event.preventDefault();
  };
  return (
    <div class="p-menu" ref={place} onKeyDown={onKeyDown}>
      <IconButton
        icon="menu"
        label={texts.menu}
        aria-haspopup="menu"
        aria-expanded={open.value}
        onClick={() => (open.value = !open.value)}
      />
      {open.value ? (
        <div class="p-menu-list" role="menu" aria-label={texts.menu}>
          {items(props).map(({ icon, title, run, off }) => (
            <button
              key={title}
              type="button"
              role="menuitem"
              aria-disabled={off}
              tabIndex={-1}
              onClick={() => (off ? undefined : (close(), run()))}
            >
              <Icon name={icon} />
              {title}
            </button>
          ))}
        </div>
      ) : null}
    </div>
  );
}

function items({ chat, sound, onHelp, onEnd }: MenuProps): Item[] {
  const { state } = chat.log.value;
  return [
    {
      icon: "person",
      title: texts.person,
      run: () => chat.requestHuman(),
      off: state === "queued" || state === "agent",
    },
    { icon: "chat", title: texts.assistantBack, run: () => chat.backToBot(), off: state !== "queued" },
    { icon: "search", title: texts.help, run: onHelp },
    { icon: "download", title: texts.transcript, run: () => void saveTranscript(chat), off: !chat.hasWritten.value },
    sound.value
      ? { icon: "mute", title: texts.soundOff, run: () => (sound.value = false) }
      : { icon: "sound", title: texts.soundOn, run: () => (sound.value = true) },
    { icon: "close", title: texts.end, run: onEnd, off: state === "closed" || !chat.hasWritten.value },
  ];
}

async function saveTranscript(chat: Chat): Promise<void> {
  try {
    const response = await chat.api.request("/widget/transcript", { query: { format: "txt" } });
    const address = URL.createObjectURL(await response.blob());
    const link = document.createElement("a");
    link.href = address;
    link.download = "conversation.txt";
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  } catch {
    toast(texts.transcriptFailed, { tone: "attention" });
  }
}

function buttons(place: Element | null): HTMLElement[] {
  return [...(place?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
}

function moveFocus(choices: HTMLElement[], key: string): boolean {
  const at = choices.indexOf(document.activeElement as HTMLElement);
  const goals: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: choices.length - 1 };
  const goal = goals[key];
  if (goal === undefined) return false;
  choices[(goal + choices.length) % choices.length]?.focus();
  return true;
}
