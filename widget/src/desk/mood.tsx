import type { JSX } from "preact";
import type { Handoff } from "../shared/types";
import { jumpTo } from "./log-view";
import { percent } from "../shared/words";

const SHOWN = 24;
const WIDTH = 10;
const HEIGHT = 24;
const UPSET = 0.5;

/** A bar a message, as high as the frustration heard in it. Each leads to its message. */
export function Mood({ sentiment }: { sentiment: Handoff["sentiment"] }): JSX.Element {
  const bars = sentiment.slice(-SHOWN);
  const last = bars.at(-1);
  const peak = Math.max(0, ...bars.map(({ frustration }) => frustration));
  return (
    <span class="d-mood">
      <svg
        width={bars.length * WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={`Frustration by message, highest ${percent(peak)}`}
      >
        {bars.map(({ seq, frustration }, index) => {
          const height = Math.max(2, Math.min(1, frustration) * HEIGHT);
          return (
            <rect
              key={seq}
              x={index * WIDTH}
              y={HEIGHT - height}
              width={WIDTH - 2}
              height={height}
              rx={1}
              class={frustration >= UPSET ? "d-mood-upset" : undefined}
              onClick={() => jumpTo(seq)}
            >
              <title>{percent(frustration)}</title>
            </rect>
          );
        })}
      </svg>
      <span>{(last?.frustration ?? 0) >= UPSET ? "upset now" : peak >= UPSET ? "was upset, calmer now" : "calm"}</span>
    </span>
  );
}
