/** Conversations by day: solved without a person, passed on, and the rest, one upon the other. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { labelled, scale } from "./chart-scale";
import type { Day } from "./model";
import { dayWords } from "./words";

const HEIGHT = 220;
const LEFT = 40;
const BOTTOM = 24;
const TOP = 8;
const LABEL_PX = 64;
const WIDEST_BAR = 44;

interface Part {
  name: string;
  kind: string;
  count: (day: Day) => number;
}

/** From the ground up. A conversation that still goes on, or ended unanswered, is neither of the first two. */
const PARTS: readonly Part[] = [
  { name: "Solved without a person", kind: "contained", count: (day) => day.contained },
  { name: "Passed on", kind: "escalated", count: (day) => day.escalated },
  {
    name: "Neither",
    kind: "other",
    count: (day) => Math.max(0, day.conversations - day.contained - day.escalated),
  },
];

export function Chart({ days }: { days: readonly Day[] }): JSX.Element {
  const [place, width] = useWidth();
  const { top, steps } = scale(Math.max(0, ...days.map((day) => day.conversations)));
  const [inner, floor] = [width - LEFT, HEIGHT - BOTTOM];
  const slot = inner / Math.max(1, days.length);
  const bar = Math.max(1, Math.min(WIDEST_BAR, slot * 0.7));
  const y = (value: number): number => floor - (value / top) * (floor - TOP);
  const labels = labelled(days.length, Math.max(1, Math.floor(inner / LABEL_PX)));
  return (
    <figure class="i-chart" ref={place}>
      <figcaption>
        {PARTS.map(({ name, kind }) => (
          <span key={kind}>
            <svg width="12" height="12" aria-hidden="true">
              <rect width="12" height="12" rx="2" class={`i-bar-${kind}`} />
            </svg>
            {name}
          </span>
        ))}
      </figcaption>
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label="Conversations by day. The numbers stand in the table below."
      >
        {steps.map((step) => (
          <g key={step}>
            <line x1={LEFT} x2={width} y1={y(step)} y2={y(step)} />
            <text x={LEFT - 8} y={y(step) + 4} text-anchor="end">
              {step}
            </text>
          </g>
        ))}
        {days.map((day, index) => {
          const x = LEFT + slot * index + (slot - bar) / 2;
          return (
            <g key={day.date}>
              <Stack day={day} x={x} width={bar} y={y} />
              {labels.has(index) ? (
                <text x={x + bar / 2} y={HEIGHT - 6} text-anchor="middle">
                  {dayWords(day.date)}
                </text>
              ) : null}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

function Stack(props: { day: Day; x: number; width: number; y: (value: number) => number }): JSX.Element {
  const { day, x, width, y } = props;
  let below = 0;
  return (
    <g>
      <title>
        {`${dayWords(day.date)}: ${PARTS.map(({ name, count }) => `${name.toLowerCase()} ${count(day)}`).join(", ")}`}
      </title>
      {PARTS.map(({ kind, count }) => {
        const from = below;
        below += count(day);
        return below === from ? null : (
          <rect key={kind} x={x} y={y(below)} width={width} height={y(from) - y(below)} class={`i-bar-${kind}`} />
        );
      })}
    </g>
  );
}

/** The width the chart has; it is drawn in real pixels, so that letters keep their size. */
function useWidth(): [{ current: HTMLElement | null }, number] {
  const place = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(640);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const resized = new ResizeObserver(() => setWidth(Math.max(240, element.clientWidth)));
    resized.observe(element);
    return () => resized.disconnect();
  }, []);
  return [place, width];
}
