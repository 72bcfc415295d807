/** Nobody is there: where to write to. It is sent as a message like any other, so that it stands in the log. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Button, Field } from "../shared/components";
import type { Chat } from "./chat";
import { isEmail, wantsContact } from "./log";
import { texts } from "./texts";

export function Contact({ chat }: { chat: Chat }): JSX.Element | null {
  const email = useSignal("");
  const wrong = useSignal(false);
  const told = chat.pending.value.some(({ frame }) => frame.type === "message" && frame.text.includes("@"));
  if (chat.verified.value || told || !wantsContact(chat.log.value)) return null;
  const send = (event: Event): void => {
    event.preventDefault();
    wrong.value = !isEmail(email.value);
    if (!wrong.value) chat.say(texts.myEmail(email.value.trim()));
  };
  return (
    <form class="p-card p-contact" onSubmit={send} noValidate>
      <h3>{texts.contactTitle}</h3>
      <Field
        label={texts.email}
        type="email"
        autocomplete="email"
        inputMode="email"
        value={email.value}
        error={wrong.value ? texts.emailWrong : null}
        onInput={(event) => (email.value = event.currentTarget.value)}
      />
      <Button type="submit" tone="primary">
        {texts.leaveEmail}
      </Button>
    </form>
  );
}
