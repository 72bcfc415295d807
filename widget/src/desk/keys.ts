/** Single keys for everything an agent does again and again. Never while typing; they can be turned off. */
import { useEffect } from "preact/hooks";
import { attempt, claim } from "./actions";
import type { Desk } from "./desk";
import { isMine, isWaiting, neighbour } from "./lists";
import type { Tab } from "./model";
import { type Work, write } from "./work";

export const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ["j / k", "Next, previous conversation"],
  ["1 2 3 4", "Waiting, Mine, All, Closed"],
  ["/", "Search; in an empty reply: ready replies"],
  ["c", "Claim"],
  ["r", "Reply"],
  ["n", "Private note"],
  ["e", "Close with an outcome"],
  ["t", "Pass on to a colleague or team"],
  ["b", "Give back to the assistant"],
  ["s", "Put aside for a while"],
  ["l", "Labels"],
  ["i", "Show or hide the details"],
  ["Enter", "Send; Shift and Enter begin a new line"],
  ["Esc", "Leave the field, close what is open"],
  ["?", "This list"],
];

const TABS: Record<string, Tab> = { "1": "waiting", "2": "mine", "3": "all", "4": "closed" };

export interface PageActions {
  help: () => void;
  context: () => void;
}

export function useKeys(desk: Desk, work: Work, page: PageActions): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || occupied(event.target)) return;
      if (event.key !== "?" && !desk.keys.value) return;
      if (press(event.key, desk, work, page)) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
}

function occupied(target: EventTarget | null): boolean {
  if (document.querySelector("dialog[open]")) return true;
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** True when the key meant something. */
export function press(key: string, desk: Desk, work: Work, page: PageActions): boolean {
  const everywhere: Record<string, () => void> = {
    j: () => move(desk, 1),
    k: () => move(desk, -1),
    "/": () => void (work.focusSearch.value += 1),
    "?": page.help,
    i: page.context,
  };
  const tab = TABS[key];
  const action = tab ? () => desk.show(tab) : (everywhere[key] ?? forOpen(desk, work)[key]);
  action?.();
  return action !== undefined;
}

function forOpen(desk: Desk, work: Work): Record<string, () => void> {
  const talk = desk.open.value;
  const row = talk?.detail.value;
  if (!talk || !row) return {};
  const actions: Record<string, () => void> = {
    n: () => write(work, "note"),
    l: () => (work.dialog.value = "labels"),
  };
  if (isWaiting(row)) {
    actions["c"] = () => void claim(desk, talk, work);
    if (row.state === "offline") actions["e"] = () => (work.dialog.value = "resolve");
  }
  if (isMine(row, desk.me.value)) {
    actions["r"] = () => write(work, "reply");
    actions["e"] = () => (work.dialog.value = "resolve");
    actions["t"] = () => (work.dialog.value = "transfer");
    actions["s"] = () => (work.dialog.value = "snooze");
    actions["b"] = () => void attempt(talk.returnToBot(), "The assistant goes on.");
  }
  return actions;
}

function move(desk: Desk, step: 1 | -1): void {
  const row = neighbour(desk.rows.value ?? [], desk.open.value?.id ?? null, step);
  if (row) desk.select(row.id);
}
