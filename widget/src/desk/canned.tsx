/** Ready replies: '/' at the beginning of a reply opens them, further letters narrow them. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Desk } from "./desk";
import type { CannedReply } from "./model";

const SHOWN = 8;

export type CannedChoice = CannedReply;

export interface CannedState {
  choices: readonly CannedReply[];
  /** '/' was typed and nothing fits. */
  none: boolean;
  at: number;
  attributes: Record<string, string | boolean>;
  /** True when the key was for the list. */
  onKey: (event: KeyboardEvent, choose: (choice: CannedReply) => void) => boolean;
}

/** Those whose shortcut begins like it first, then those that contain it anywhere. */
export function fitting(replies: readonly CannedReply[], wanted: string): CannedReply[] {
  const words = wanted.toLowerCase().trim();
  const rank = ({ shortcut, title, text }: CannedReply): number => {
    if (shortcut.toLowerCase().startsWith(words)) return 0;
    if (title.toLowerCase().includes(words) || shortcut.toLowerCase().includes(words)) return 1;
    return text.toLowerCase().includes(words) ? 2 : 3;
  };
  return replies
    .map((reply) => [rank(reply), reply] as const)
    .filter(([place]) => place < 3)
    .sort(([left], [right]) => left - right)
    .map(([, reply]) => reply);
}

export function useCanned(desk: Desk, id: string, text: string): CannedState {
  const [replies, setReplies] = useState<readonly CannedReply[] | null>(null);
  const [at, setAt] = useState(0);
  const [dismissed, setDismissed] = useState(false);
  const asked = /^\/[^\n]{0,40}$/.test(text);
  useEffect(() => {
    setAt(0);
    if (!asked) return setDismissed(false);
    if (!replies) void desk.canned(id).then(setReplies, () => setReplies([]));
  }, [asked, text]);
  const open = asked && !dismissed && replies !== null;
  const choices = open ? fitting(replies, text.slice(1)).slice(0, SHOWN) : [];
  const onKey: CannedState["onKey"] = (event, choose) => {
    if (!open) return false;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    const choice = choices[at];
    if (event.key === "Escape") setDismissed(true);
    else if (step && choices.length) setAt((at + step + choices.length) % choices.length);
    else if ((event.key === "Enter" || event.key === "Tab") && choice) choose(choice);
    else return false;
    event.preventDefault();
    return true;
  };
  const attributes: CannedState["attributes"] = open
    ? {
        "aria-controls": "canned",
        "aria-autocomplete": "list",
        ...(choices.length ? { "aria-activedescendant": `canned-${at}` } : {}),
      }
    : {};
  return { choices, none: open && choices.length === 0, at, attributes, onKey };
}

interface ListProps {
  canned: CannedState;
  onChoose: (choice: CannedReply) => void;
}

export function CannedList({ canned, onChoose }: ListProps): JSX.Element | null {
  if (canned.none) return <p class="d-canned d-canned-none">No ready reply fits.</p>;
  if (canned.choices.length === 0) return null;
  return (
    <ul class="d-canned" id="canned" role="listbox" aria-label="Ready replies">
      {canned.choices.map((choice, index) => (
        <li
          key={choice.shortcut}
          id={`canned-${index}`}
          role="option"
          aria-selected={index === canned.at}
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(choice);
          }}
        >
          <strong>/{choice.shortcut}</strong> {choice.title}
          <span>{choice.filled}</span>
        </li>
      ))}
    </ul>
  );
}
