import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button } from "../shared/components";
import type { Range } from "./model";
import { PRESETS, lastDays, problemOf } from "./range";

/** Last days by one press, or any two days. */
export function RangePicker({ range, onChoose }: { range: Range; onChoose: (range: Range) => void }): JSX.Element {
  const [own, setOwn] = useState(range);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => setOwn(range), [range.from, range.to]);
  const submit = (event: Event): void => {
    event.preventDefault();
    const wrong = problemOf(own);
    setProblem(wrong);
    if (!wrong) onChoose(own);
  };
  return (
    <form class="i-range" onSubmit={submit} noValidate>
      <div role="group" aria-label="Last days" class="i-presets">
        {PRESETS.map(([title, days]) => {
          const preset = lastDays(days, new Date());
          const chosen = preset.from === range.from && preset.to === range.to;
          return (
            <button key={days} type="button" aria-pressed={chosen} onClick={() => onChoose(preset)}>
              {title}
            </button>
          );
        })}
      </div>
      <label>
        From
        <input
          type="date"
          value={own.from}
          max={own.to}
          onInput={(event) => setOwn({ ...own, from: event.currentTarget.value })}
        />
      </label>
      <label>
        to
        <input
          type="date"
          value={own.to}
          min={own.from}
          onInput={(event) => setOwn({ ...own, to: event.currentTarget.value })}
        />
      </label>
      <Button small type="submit">
        Show
      </Button>
      {problem ? (
        <p class="i-problem" role="alert">
          {problem}
        </p>
      ) : null}
    </form>
  );
}
