/** Where an agent writes. A reply and a private note differ by ground, label, icon and button. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Button, Icon, plainWords, toast } from "../shared/components";
import { claim } from "./actions";
import { type CannedChoice, CannedList, useCanned } from "./canned";
import type { Desk } from "./desk";
import { Writing } from "./draft";
import { isMine, isWaiting } from "./lists";
import type { Detail } from "./model";
import type { Talk } from "./talk";
import { type ComposerMode, type Work, write } from "./work";
import { customerName } from "./words";

const LIMIT = 4000;
const NEAR_LIMIT = 3500;
const TYPING_EVERY_MS = 3000;
/** What a ready reply could not fill in. */
const UNFILLED = /\[(customer|agent|order)\]/;

interface Props {
  desk: Desk;
  talk: Talk;
  detail: Detail;
  work: Work;
}

export function Composer({ desk, talk, detail, work }: Props): JSX.Element {
  const me = desk.me.value;
  const writing = useMemo(() => new Writing(talk, desk.store, me), [talk]);
  const mine = isMine(detail, me);
  const [noting, setNoting] = useState(false);
  const writes = mine || noting || writing.note.value !== "" || work.wantsComposer.value;
  const mode = mine ? work.mode.value : "note";
  useEffect(() => writing.takeDraft(me), [detail.draft?.updated_at]);
  useEffect(() => () => writing.leave(), [writing]);
  return (
    <section
      class={`d-composer d-composer-${writes ? mode : "idle"}`}
      aria-label={mine && mode === "reply" ? "Reply" : "Private note"}
    >
      <div class="d-modes">
        {mine ? (
          <Modes mode={mode} work={work} />
        ) : (
          <p class="d-why">
            <span>{whoHasIt(detail)}</span>
            {writes ? null : (
              <Button small icon="note" class="d-keep" onClick={() => write(work, "note")}>
                Write a note
              </Button>
            )}
            {isWaiting(detail) ? (
              <Button
                small
                tone="primary"
                busy={talk.busy.value === "claim"}
                onClick={() => void claim(desk, talk, work)}
              >
                Claim to reply
              </Button>
            ) : null}
          </p>
        )}
      </div>
      {writes ? (
        <Field key={mode} {...{ desk, talk, detail, work, writing, mode }} onFocus={() => !mine && setNoting(true)} />
      ) : null}
    </section>
  );
}

function Modes({ mode, work }: { mode: ComposerMode; work: Work }): JSX.Element {
  return (
    <div role="group" aria-label="What to write">
      <button type="button" aria-pressed={mode === "reply"} onClick={() => write(work, "reply")}>
        Reply
      </button>
      <button type="button" aria-pressed={mode === "note"} onClick={() => write(work, "note")}>
        <Icon name="note" />
        Private note
      </button>
    </div>
  );
}

function whoHasIt(detail: Detail): string {
  const words = {
    queued: "The customer waits for somebody.",
    offline: "Nobody was there; the customer was promised a reply.",
    agent: `${detail.assignee?.name ?? "A colleague"} has this conversation.`,
    bot: "The assistant has this conversation.",
    closed: "This conversation is closed.",
  };
  return words[detail.state];
}

interface FieldProps extends Props {
  writing: Writing;
  mode: ComposerMode;
  onFocus: () => void;
}

function Field({ desk, talk, detail, work, writing, mode, onFocus }: FieldProps): JSX.Element {
  const area = useRef<HTMLTextAreaElement>(null);
  const [sending, setSending] = useState(false);
  const [warned, setWarned] = useState(false);
  const note = mode === "note";
  const text = note ? writing.note.value : writing.reply.value;
  const canned = useCanned(desk, talk.id, note ? "" : text);
  const tellTyping = useTyping(desk, note);
  useFocus(area, work);
  const set = (value: string): void => {
    if (note) writing.setNote(value);
    else writing.setReply(value);
    setWarned(false);
    tellTyping(value !== "");
  };
  const send = async (): Promise<void> => {
    if (!text.trim() || text.length > LIMIT || sending) return;
    if (!note && UNFILLED.test(text) && !warned) return setWarned(true);
    setSending(true);
    if (note ? await keepNote(talk, text) : sendReply(desk, talk, text)) set("");
    setSending(false);
    tellTyping(false);
    area.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (canned.onKey(event, (choice) => set(choice.filled))) return;
    if (event.key === "Escape") area.current?.blur();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void send();
  };
  const label = note ? "Private note. Only colleagues see it." : `Reply. ${customerName(detail.customer)} sees it.`;
  return (
    <div class="d-field">
      <label for="composer">
        {note ? <Icon name="note" /> : null}
        {label}
        {writing.leftBy.value && !note ? <em>Begun by {writing.leftBy.value}</em> : null}
      </label>
      <CannedList canned={canned} onChoose={(choice: CannedChoice) => set(choice.filled)} />
      <textarea
        id="composer"
        ref={area}
        rows={3}
        value={text}
        onFocus={onFocus}
        placeholder={note ? "Write what colleagues should know" : "Write a reply, or / for ready ones"}
        {...canned.attributes}
        onInput={(event) => set(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onBlur={() => tellTyping(false)}
      />
      <div class="d-field-foot">
        <Hint text={text} warned={warned} saved={note || writing.saved.value} />
        <Button
          tone={note ? "plain" : "primary"}
          icon={note ? "note" : "send"}
          class={note ? "d-keep" : undefined}
          busy={sending}
          disabled={!text.trim() || text.length > LIMIT}
          onClick={() => void send()}
        >
          {note ? "Keep note" : "Send"}
        </Button>
      </div>
    </div>
  );
}

function Hint({ text, warned, saved }: { text: string; warned: boolean; saved: boolean }): JSX.Element {
  if (warned) {
    const missing = UNFILLED.exec(text)?.[0];
    return (
      <span class="d-warning" role="alert">
        Fill in {missing} first, or send again as it is.
      </span>
    );
  }
  if (text.length > LIMIT) {
    return (
      <span class="d-warning" role="alert">
        {text.length - LIMIT} characters too many.
      </span>
    );
  }
  if (text.length > NEAR_LIMIT) return <span>{LIMIT - text.length} characters left</span>;
  if (!text) return <span>Enter sends, Shift and Enter begin a new line</span>;
  return <span>{saved ? "Kept as a draft" : "Keeping the draft"}</span>;
}

function sendReply(desk: Desk, talk: Talk, text: string): boolean {
  desk.replies.add(talk.id, text.trim());
  return true;
}

async function keepNote(talk: Talk, text: string): Promise<boolean> {
  try {
    await talk.note(text.trim());
    return true;
  } catch (reason) {
    toast(plainWords(reason), { tone: "attention" });
    return false;
  }
}

function useFocus(area: { current: HTMLTextAreaElement | null }, work: Work): void {
  const wanted = work.wantsComposer.value;
  useEffect(() => {
    if (!wanted) return;
    area.current?.focus();
    work.wantsComposer.value = false;
  }, [wanted]);
}

/** Says at most every few seconds that one is typing, and once that one has stopped. */
function useTyping(desk: Desk, note: boolean): (active: boolean) => void {
  const told = useRef(0);
  return (active) => {
    const now = Date.now();
    if (active ? now - told.current < TYPING_EVERY_MS : told.current === 0) return;
    told.current = active ? now : 0;
    desk.tellTyping(active, note);
  };
}
