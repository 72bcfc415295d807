/** The question after a conversation: a score, and words if the customer likes. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Button, TextArea } from "../shared/components";
import type { FeedbackKind } from "../shared/types";
import type { Chat } from "./chat";
import { texts } from "./texts";

const RANGE: Record<FeedbackKind, [number, number]> = { csat: [1, 5], nps: [0, 10], ces: [1, 7] };
const MOUTHS = ["M8 17q4-4.5 8 0", "M8.5 16.5q3.5-2 7 0", "M8.5 15.8h7", "M8.5 15q3.5 2.5 7 0", "M8 14.5q4 5 8 0"];
const LONGEST_COMMENT = 2000;

export function Feedback({ chat }: { chat: Chat }): JSX.Element | null {
  const asked = chat.log.value.feedback;
  if (!asked) return null;
  if (chat.rated.value >= asked.seq) {
    return (
      <p class="p-card p-rated" role="status">
        {texts.rated}
      </p>
    );
  }
  return (
    <Question
      key={asked.seq}
      kind={asked.kind}
      onSend={(score, comment) => chat.rate(asked.seq, asked.kind, score, comment)}
    />
  );
}

function Question({
  kind,
  onSend,
}: {
  kind: FeedbackKind;
  onSend: (score: number, comment: string) => void;
}): JSX.Element {
  const score = useSignal<number | null>(null);
  const comment = useSignal("");
  const send = (event: Event): void => {
    event.preventDefault();
    if (score.value !== null) onSend(score.value, comment.value.trim());
  };
  return (
    <form class="p-card p-feedback" onSubmit={send}>
      <fieldset>
        <legend>{texts.rateTitle[kind]}</legend>
        <div class={`p-scores p-scores-${kind}`}>
          {scores(kind).map((value) => (
            <Score
              key={value}
              kind={kind}
              value={value}
              checked={score.value === value}
              onPick={() => (score.value = value)}
            />
          ))}
        </div>
        <p class="p-scores-ends b-muted b-small" aria-hidden="true">
          <span>{texts.rateLow[kind]}</span>
          <span>{texts.rateHigh[kind]}</span>
        </p>
      </fieldset>
      {score.value === null ? null : (
        <>
          <TextArea
            label={texts.comment}
            rows={2}
            maxLength={LONGEST_COMMENT}
            value={comment.value}
            onInput={(event) => (comment.value = event.currentTarget.value)}
          />
          <Button type="submit" tone="primary">
            {texts.sendRating}
          </Button>
        </>
      )}
    </form>
  );
}

interface ScoreProps {
  kind: FeedbackKind;
  value: number;
  checked: boolean;
  onPick: () => void;
}

function Score({ kind, value, checked, onPick }: ScoreProps): JSX.Element {
  const words = scoreWords(kind, value);
  return (
    <label class={checked ? "p-score p-score-picked" : "p-score"} title={words}>
      <input type="radio" name="score" value={value} checked={checked} onChange={onPick} aria-label={words} />
      {kind === "csat" ? <Face mouth={MOUTHS[value - 1] ?? ""} /> : value}
    </label>
  );
}

function Face({ mouth }: { mouth: string }): JSX.Element {
  return (
    <svg class="b-icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={`M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM9 9.5v.8M15 9.5v.8${mouth}`} />
    </svg>
  );
}

function scores(kind: FeedbackKind): number[] {
  const [low, high] = RANGE[kind];
  return Array.from({ length: high - low + 1 }, (_, index) => low + index);
}

function scoreWords(kind: FeedbackKind, value: number): string {
  const [low, high] = RANGE[kind];
  if (kind === "csat") return `${value}, ${texts.csat[value - 1]}`;
  if (value === low) return `${value}, ${texts.rateLow[kind]}`;
  return value === high ? `${value}, ${texts.rateHigh[kind]}` : String(value);
}
