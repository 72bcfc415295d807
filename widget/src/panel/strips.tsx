/** What has to be known above the log: no connection, a place in the queue, a request on its way. */
import type { JSX } from "preact";
import { Button, Icon } from "../shared/components";
import { expectedWait } from "../shared/time";
import type { Chat } from "./chat";
import { texts } from "./texts";

export function Strips({ chat }: { chat: Chat }): JSX.Element {
  return (
    <div class="p-strips" role="status">
      <ConnectionStrip chat={chat} />
      <QueueStrip chat={chat} />
      <RequestStrip chat={chat} />
    </div>
  );
}

function ConnectionStrip({ chat }: { chat: Chat }): JSX.Element | null {
  const words = chat.problem.value ?? (chat.status.value === "offline" ? texts.offline : null);
  if (words === null) return null;
  return (
    <p class="p-strip p-strip-attention">
      <Icon name={chat.status.value === "offline" ? "wifi" : "alert"} />
      {words}
    </p>
  );
}

function QueueStrip({ chat }: { chat: Chat }): JSX.Element | null {
  const { state, queue } = chat.log.value;
  if (state !== "queued") return null;
  const eta = queue?.eta_seconds;
  return (
    <div class="p-strip p-queue">
      <Icon name="clock" />
      <div>
        <p>
          <strong>{queue ? texts.place(queue.position) : texts.waiting}</strong>
          {typeof eta === "number" ? ` ${texts.wait(expectedWait(eta))}` : null}
        </p>
        <Button small tone="quiet" onClick={() => chat.backToBot()}>
          {texts.goOn}
        </Button>
      </div>
    </div>
  );
}

function RequestStrip({ chat }: { chat: Chat }): JSX.Element | null {
  const asked = chat.outbox.value.find(({ frame }) => frame.type === "request_human");
  if (!asked) return null;
  const id = asked.frame.client_message_id;
  if (!asked.failure) {
    return (
      <p class="p-strip">
        <Icon name="person" />
        {chat.status.value === "online" ? texts.askingPerson : texts.askingPersonLater}
      </p>
    );
  }
  return (
    <div class="p-strip p-strip-attention">
      <Icon name="alert" />
      <p>{asked.failure.message}</p>
      <Button small tone="quiet" onClick={() => chat.discard(id)}>
        {texts.dismiss}
      </Button>
    </div>
  );
}
