/** One message to review: what the assistant thought, how sure it was, and what it should have thought. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type Api, ApiError } from "../shared/api";
import { Button, Field, Moment, plainWords, toast } from "../shared/components";
import { intentWords, percent } from "../shared/words";
import { IntentPicker } from "./intent-picker";
import type { Heard, IntentRow } from "./model";
import { WHY } from "./review-words";

interface Props {
  api: Api;
  heard: Heard;
  intents: readonly IntentRow[];
  /** Whether this editor may read conversations. */
  linked: boolean;
  onDone: (heard: Heard, learned: boolean) => void;
}

interface Elsewhere {
  intent: string;
  message: string;
}

export function ReviewItem({ api, heard, intents, linked, onDone }: Props): JSX.Element {
  const likely = heard.intents.map(({ name }) => name).filter((name): name is string => name !== null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [text, setText] = useState(heard.text);
  const [rewording, setRewording] = useState(false);
  const [elsewhere, setElsewhere] = useState<Elsewhere | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async (path: string, body: unknown, learned: boolean): Promise<void> => {
    setBusy(true);
    try {
      await api.post(`/studio/review/${heard.id}/${path}`, body);
      onDone(heard, learned);
    } catch (reason) {
      const other = elsewhereOf(reason);
      if (other) setElsewhere(other);
      else toast(plainWords(reason), { tone: "attention" });
    }
    setBusy(false);
  };
  const label = (intent: string | null, move = false): void => {
    const wording = rewording && text.trim() !== heard.text ? { text: text.trim() } : {};
    setChosen(intent);
    void send("label", { intent, move, ...wording }, true);
  };
  return (
    <article class="t-heard">
      <p class="t-heard-text">{heard.text}</p>
      <p class="t-heard-facts">
        <span>{thought(heard)}</span>
        {heard.why.map((why) => (
          <span key={why} class="t-tag">
            {WHY[why] ?? why}
          </span>
        ))}
        <Moment at={heard.at} />
        {linked ? <a href={`/desk#${heard.conversation_id}`}>Conversation</a> : null}
      </p>
      {rewording ? (
        <Field
          label="Example in your words"
          hint="Leave out names, order numbers and whatever else is only this customer's."
          maxLength={500}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      ) : null}
      <div class="t-heard-tools">
        {likely.slice(0, 2).map((name) => (
          <Button key={name} small icon="check" busy={busy} onClick={() => label(name)}>
            It means {intentWords(name).toLowerCase()}
          </Button>
        ))}
        <IntentPicker intents={intents} likely={likely} chosen={chosen} onChoose={setChosen} />
        <Button tone="primary" small busy={busy} disabled={!chosen || !text.trim()} onClick={() => label(chosen)}>
          Teach
        </Button>
        {rewording ? null : (
          <Button small tone="quiet" onClick={() => setRewording(true)}>
            Change the words
          </Button>
        )}
        <Button small tone="quiet" busy={busy} onClick={() => void send("dismiss", undefined, false)}>
          Dismiss
        </Button>
      </div>
      {elsewhere ? (
        <p class="t-conflict" role="alert">
          {elsewhere.message}
          <Button small busy={busy} onClick={() => label(chosen, true)}>
            Move it
          </Button>
          <Button small tone="quiet" onClick={() => setElsewhere(null)}>
            Leave it there
          </Button>
        </p>
      ) : null}
    </article>
  );
}

function thought({ intents }: Heard): string {
  const told = intents.filter(({ name }) => name);
  if (told.length === 0) return "The assistant did not know what it means";
  const words = told.map(({ name, confidence }) => `${intentWords(name ?? "")}, ${percent(confidence ?? 0)} sure`);
  return `Understood: ${words.join("; ")}`;
}

function elsewhereOf(reason: unknown): Elsewhere | null {
  if (!(reason instanceof ApiError) || reason.code !== "example_elsewhere") return null;
  return { intent: String(reason.details["intent"] ?? ""), message: reason.message };
}
