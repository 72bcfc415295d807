/** Who one is speaking with, and the ways out. */
import type { JSX } from "preact";
import { Avatar, IconButton } from "../shared/components";
import type { ConversationState } from "../shared/types";
import type { Chat } from "./chat";
import { Menu, type MenuProps } from "./menu";
import { texts } from "./texts";

interface HeaderProps extends MenuProps {
  name: string;
  closable: boolean;
  onClose: () => void;
}

export function Header({ name, closable, onClose, ...menu }: HeaderProps): JSX.Element {
  const log = menu.chat.log.value;
  const person = log.state === "agent" ? (log.agent ?? texts.teamMember) : null;
  return (
    <header class="p-header">
      <Avatar name={person} assistant={person === null} />
      <div class="p-header-words">
        <h1>{person ?? name}</h1>
        <p role="status">{stateWords(menu.chat, name)}</p>
      </div>
      <Menu {...menu} />
      {closable ? <IconButton icon="close" label={texts.close} onClick={onClose} /> : null}
    </header>
  );
}

function stateWords(chat: Chat, name: string): string {
  if (chat.status.value === "offline") return texts.noConnection;
  const words: Record<ConversationState, string> = {
    bot: texts.repliesAtOnce,
    agent: name,
    queued: texts.waiting,
    offline: texts.away,
    closed: texts.ended,
  };
  return words[chat.log.value.state];
}
