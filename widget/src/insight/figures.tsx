/** The figures, each with what it was counted from and what it means. */
import type { JSX } from "preact";
import type { Durations, Figure, Summary } from "./model";
import type { Wanted } from "./runs";
import { average, count, percentOf, seconds } from "./words";

interface Shown {
  title: string;
  value: string;
  from: string;
  note: string;
  /** The conversations it was counted from, where there are any. */
  wanted?: Wanted | undefined;
}

export function Figures({ summary, onDrill }: { summary: Summary; onDrill: (wanted: Wanted) => void }): JSX.Element {
  return (
    <section aria-label="Figures" class="i-figures">
      {shownOf(summary).map((figure) => (
        <article key={figure.title} class="i-figure">
          <h2>{figure.title}</h2>
          <p class="i-value">{figure.value}</p>
          <p class="i-from">{figure.from}</p>
          <details>
            <summary>What this means</summary>
            <p>{figure.note}</p>
          </details>
          {figure.wanted ? (
            <button type="button" class="i-link" onClick={() => onDrill(figure.wanted ?? {})}>
              Show these
            </button>
          ) : null}
        </article>
      ))}
    </section>
  );
}

export function shownOf(summary: Summary): Shown[] {
  const { conversations, csat, nps, ces } = summary;
  return [
    {
      title: "Conversations",
      value: count(conversations.value ?? 0),
      from: "with a customer's message",
      note: conversations.note,
    },
    share("Solved without a person", summary.containment, "ended", { only: "contained" }),
    share("Passed on to people", summary.escalations, "conversations", { only: "escalated" }),
    {
      title: "Rating",
      value: average(csat.value, 5),
      from: csat.count
        ? `${count(csat.count)} ${csat.count === 1 ? "rating" : "ratings"}, ${count(csat.satisfied)} of them 4 or 5`
        : "No ratings yet",
      note: csat.note,
      wanted: csat.count ? { only: "rated" } : undefined,
    },
    timing("Wait for a person", summary.waiting, "who waited"),
    timing("Time with a person", summary.handling, "taken"),
    timing("First answer of the assistant", summary.first_response_bot, "conversations"),
    timing("First answer of a person", summary.first_response_agent, "passed on"),
    share("Solved at first contact", summary.first_contact_resolution, "that ended a week ago or more"),
    share("Left the queue", summary.abandoned, "who waited", { only: "abandoned" }),
    ...(nps.denominator
      ? [
          {
            title: "Would recommend",
            value: String(nps.value),
            from: `${count(nps.denominator)} answers`,
            note: nps.note,
          },
        ]
      : []),
    ...(ces.denominator
      ? [{ title: "Ease", value: average(ces.value, 7), from: `${count(ces.denominator)} answers`, note: ces.note }]
      : []),
  ];
}

function share(title: string, figure: Figure, of: string, wanted?: Wanted): Shown {
  const { numerator, denominator, note } = figure;
  const from = denominator ? `${count(numerator)} of ${count(denominator)} ${of}` : `None ${of} yet`;
  return { title, value: percentOf(figure.value), from, note, wanted: numerator ? wanted : undefined };
}

function timing(title: string, figure: Durations, of: string): Shown {
  const { numerator, denominator, note } = figure;
  const most = figure.p90_seconds === null ? "" : `, 9 in 10 within ${seconds(figure.p90_seconds)}`;
  const from = numerator ? `${count(numerator)} of ${count(denominator)} ${of}${most}` : `Nothing to count yet`;
  return { title, value: seconds(figure.median_seconds), from, note };
}
