/** Answers that the bot offers for its last message, and ways to begin. A click says the title for the customer. */
import type { JSX } from "preact";
import type { Chat } from "./chat";
import type { Log } from "./log";
import type { QuickReply } from "../shared/types";
import { texts } from "./texts";

export function QuickReplies({ chat }: { chat: Chat }): JSX.Element | null {
  if (chat.pending.value.length > 0) return null;
  const offered = offeredReplies(chat.log.value);
  if (offered.length > 0) {
    return (
      <Pills label="Suggested answers" replies={offered} onPick={({ title, payload }) => chat.say(title, payload)} />
    );
  }
  if (chat.hasWritten.value || chat.log.value.state !== "bot") return null;
  const starters = [...texts.starters, texts.person].map((title) => ({ title, payload: "" }));
  return (
    <Pills
      label="Ways to begin"
      replies={starters}
      onPick={({ title }) => (title === texts.person ? chat.requestHuman() : chat.say(title))}
    />
  );
}

/** Those of the last message, as long as the bot has the floor and nobody has answered. */
export function offeredReplies(log: Log): readonly QuickReply[] {
  const last = log.messages.at(-1);
  return log.state === "bot" && last?.author.kind === "bot" ? (last.quick_replies ?? []) : [];
}

interface PillsProps {
  label: string;
  replies: readonly QuickReply[];
  onPick: (reply: QuickReply) => void;
}

function Pills({ label, replies, onPick }: PillsProps): JSX.Element {
  return (
    <div class="p-pills" role="group" aria-label={label}>
      {replies.map((reply) => (
        <button key={reply.title} type="button" class="p-pill" onClick={() => onPick(reply)}>
          {reply.title}
        </button>
      ))}
    </div>
  );
}
