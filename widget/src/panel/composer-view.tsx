/** The message field: grows with its text, Enter sends, Shift and Enter breaks the line. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "../shared/components";
import type { Chat } from "./chat";
import type { Composer } from "./composer-state";
import { texts } from "./texts";

const TALLEST = 132;
const COUNT_BELOW = 500;

export function ComposerView({
  chat,
  composer,
  onSent,
}: {
  chat: Chat;
  composer: Composer;
  onSent: () => void;
}): JSX.Element {
  const field = useRef<HTMLTextAreaElement>(null);
  const text = composer.text.value;
  useLayoutEffect(() => grow(field.current), [text]);
  useEffect(() => {
    if (composer.wanted.value > 0) field.current?.focus();
  }, [composer.wanted.value]);
  const send = (): void => {
    const taken = composer.take();
    if (taken === null) return;
    chat.say(taken);
    onSent();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  const onInput = (event: Event): void => {
    composer.write((event.target as HTMLTextAreaElement).value);
    chat.tellTyping(composer.text.value !== "");
  };
  return (
    <form class="p-composer" onSubmit={(event) => (event.preventDefault(), send())}>
      <div class={composer.left.value < 0 ? "p-composer-field p-composer-over" : "p-composer-field"}>
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          value={text}
          aria-label={texts.writeHere}
          aria-describedby="p-count"
          aria-invalid={composer.left.value < 0}
          placeholder={chat.log.value.state === "closed" ? texts.writeAgain : texts.writeHere}
          enterkeyhint="send"
          onInput={onInput}
          onKeyDown={onKeyDown}
          onBlur={() => chat.tellTyping(false)}
        />
        <button
          type="submit"
          class="p-send"
          aria-label={texts.send}
          title={texts.send}
          disabled={!composer.sendable.value}
        >
          <Icon name="send" />
        </button>
      </div>
      <Counter left={composer.left.value} />
    </form>
  );
}

function Counter({ left }: { left: number }): JSX.Element {
  const words = left >= COUNT_BELOW ? "" : left >= 0 ? texts.left(left) : texts.tooLong(-left);
  return (
    <p id="p-count" class={left < 0 ? "p-count p-count-over" : "p-count"} aria-live="polite">
      {words}
    </p>
  );
}

function grow(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, TALLEST)}px`;
  field.style.overflowY = field.scrollHeight > TALLEST ? "auto" : "hidden";
}
