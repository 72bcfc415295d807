import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../shared/components";
import { attempt } from "./actions";
import type { Talk } from "./talk";

const LONGEST = 40;

/** Labels with a way to take each off and to add one. */
export function LabelEditor({ talk, labels }: { talk: Talk; labels: readonly string[] }): JSX.Element {
  const [text, setText] = useState("");
  const add = async (event: Event): Promise<void> => {
    event.preventDefault();
    const label = text.trim();
    if (!label) return;
    if (labels.includes(label) || (await attempt(talk.setLabels([...labels, label])))) setText("");
  };
  return (
    <form class="d-labels" onSubmit={(event) => void add(event)}>
      {labels.map((label) => (
        <span key={label} class="d-label">
          {label}
          <button
            type="button"
            aria-label={`Take off the label ${label}`}
            onClick={() => void attempt(talk.setLabels(labels.filter((other) => other !== label)))}
          >
            <Icon name="close" />
          </button>
        </span>
      ))}
      <input
        aria-label="Add a label"
        placeholder="Add a label"
        maxLength={LONGEST}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </form>
  );
}
