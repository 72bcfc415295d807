/** A message that is not in the log yet: on its way, waiting for the line, or refused. */
import type { JSX } from "preact";
import { Bubble, Button, Icon, type IconName } from "../shared/components";
import type { OutboxEntry } from "../shared/outbox";
import type { Chat } from "./chat";
import type { Composer } from "./composer-state";
import { texts } from "./texts";

interface PendingRowProps {
  chat: Chat;
  composer: Composer;
  entry: OutboxEntry;
  first: boolean;
  /** Only the last one says how far it is; a refused one always does. */
  last: boolean;
}

export function PendingRow({ chat, composer, entry, first, last }: PendingRowProps): JSX.Element | null {
  const { frame, failure } = entry;
  if (frame.type !== "message") return null;
  return (
    <article class={first ? "p-row p-row-own p-row-first" : "p-row p-row-own"}>
      <div class="p-row-content">
        <h2 class="b-hidden-text">{texts.you}</h2>
        <Bubble side="customer" failed={Boolean(failure)}>
          {frame.text}
        </Bubble>
        {failure ? (
          <Refused {...{ chat, composer, entry }} text={frame.text} />
        ) : last ? (
          <OnItsWay {...{ chat, entry }} />
        ) : null}
      </div>
    </article>
  );
}

function OnItsWay({ chat, entry }: { chat: Chat; entry: OutboxEntry }): JSX.Element {
  if (chat.acknowledged.value.includes(entry)) return <Progress icon="check" words={texts.sent} />;
  if (chat.status.value === "offline") return <Progress icon="clock" words={texts.kept} />;
  return <Progress icon="clock" words={(entry.not_before ?? 0) > Date.now() ? texts.patience : texts.sending} />;
}

function Refused({
  chat,
  composer,
  entry,
  text,
}: Omit<PendingRowProps, "first" | "last"> & { text: string }): JSX.Element {
  const id = entry.frame.client_message_id;
  const edit = (): void => {
    chat.discard(id);
    composer.fill(text);
  };
  return (
    <div class="p-refused" role="alert">
      <p>
        {texts.notSent} {entry.failure?.message}
      </p>
      <Button small onClick={edit}>
        {texts.edit}
      </Button>
      <Button small icon="refresh" onClick={() => chat.retry(id)}>
        {texts.tryAgain}
      </Button>
    </div>
  );
}

/** How far the customer's last message is, in an icon and a word. */
export function Progress({ icon, words }: { icon: IconName; words: string }): JSX.Element {
  return (
    <p class="p-progress">
      <Icon name={icon} />
      {words}
    </p>
  );
}
