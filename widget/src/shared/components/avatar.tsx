import type { JSX } from "preact";
import { Icon } from "./icon";

/** A person's initial, or the chat sign for the assistant. The name stands beside it, so it is not read aloud. */
export function Avatar({ name, assistant = false }: { name?: string | null; assistant?: boolean }): JSX.Element {
  const initial = [...(name?.trim() ?? "")][0]?.toLocaleUpperCase();
  return (
    <span class={assistant ? "b-avatar b-avatar-assistant" : "b-avatar"} aria-hidden="true">
      {assistant ? <Icon name="chat" /> : (initial ?? <Icon name="person" />)}
    </span>
  );
}
