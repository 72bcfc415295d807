/** Choosing one of many intents by typing a part of its name. */
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { intentWords } from "../shared/words";
import type { IntentRow } from "./model";

const SHOWN = 8;

/** Those whose words begin with what was typed first, then those that contain it; the likely ones before others. */
export function matching(intents: readonly IntentRow[], typed: string, likely: readonly string[]): IntentRow[] {
  const wanted = typed.toLowerCase().trim().replaceAll("_", " ");
  const rank = ({ name }: IntentRow): number => {
    const words = intentWords(name).toLowerCase();
    if (wanted && !`${words} ${name.replaceAll("_", " ")}`.includes(wanted)) return -1;
    const guess = likely.indexOf(name);
    const begins = wanted !== "" && words.split(" ").some((word) => word.startsWith(wanted));
    return guess >= 0 ? guess : begins ? 100 : 200;
  };
  return intents
    .map((intent) => [rank(intent), intent] as const)
    .filter(([place]) => place >= 0)
    .sort(([left, a], [right, b]) => left - right || a.name.localeCompare(b.name))
    .map(([, intent]) => intent);
}

interface Props {
  intents: readonly IntentRow[];
  likely: readonly string[];
  chosen: string | null;
  onChoose: (name: string | null) => void;
}

export function IntentPicker({ intents, likely, chosen, onChoose }: Props): JSX.Element {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const found = open ? matching(intents, typed, likely).slice(0, SHOWN) : [];
  const choose = (name: string): void => {
    onChoose(name);
    setTyped("");
    setOpen(false);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const here = found[at];
    if (step && !open) setOpen(true);
    else if (step && found.length) setAt((at + step + found.length) % found.length);
    else if (event.key === "Enter" && open && here) choose(here.name);
    else if (event.key === "Escape" && open) setOpen(false);
    else return;
    event.preventDefault();
  };
  return (
    <div class="t-picker">
      <input
        class="b-input"
        role="combobox"
        aria-label="Intent"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={found.length ? `${id}-${at}` : undefined}
        placeholder="Search intents"
        autocomplete="off"
        value={open ? typed : chosen ? intentWords(chosen) : typed}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setOpen(true);
          setAt(0);
          onChoose(null);
        }}
        onKeyDown={onKeyDown}
      />
      {open ? (
        <ul id={`${id}-list`} role="listbox" aria-label="Intents" class="t-options">
          {found.map((intent, index) => (
            <li
              key={intent.name}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
              onMouseDown={(event) => {
                event.preventDefault();
                choose(intent.name);
              }}
            >
              {intentWords(intent.name)}
              <span class="b-muted">
                {likely.includes(intent.name) ? "likely, " : ""}
                {intent.examples} examples
              </span>
            </li>
          ))}
          {found.length === 0 ? <li class="b-muted">No intent is called like that.</li> : null}
        </ul>
      ) : null}
    </div>
  );
}
