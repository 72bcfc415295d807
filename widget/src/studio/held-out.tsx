/** How a model did on messages it had not seen in training, and what is wrong with the content. */
import type { JSX } from "preact";
import { Table } from "../shared/components";
import { intentWords } from "../shared/words";
import type { Metrics, Training } from "./model";
import { points, sharp } from "./model-words";
import { hashOf } from "./place";

export function HeldOutFigures({ metrics, warnings }: { metrics: Metrics; warnings: readonly string[] }): JSX.Element {
  const { held_out: held, gate } = metrics;
  const intents = Object.entries(held?.per_intent ?? {}).map(([name, share]) => ({ name, share }));
  return (
    <>
      {gate && !gate.passed ? (
        <div class="t-conflict" role="alert">
          <p>It does worse than the running model, so it is not offered for use:</p>
          <ul>
            {gate.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </div>
      ) : null}
      {warnings.length ? (
        <details>
          <summary>{warnings.length} things worth a look in the content</summary>
          <ul class="t-list">
            {warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </details>
      ) : null}
      {held ? (
        <div class="t-halves">
          <section>
            <h3>Most often mixed up</h3>
            <Table
              caption="Intents that are mixed up"
              rows={held.confused}
              rowKey={([right, taken]) => `${right} ${taken}`}
              columns={[
                {
                  id: "right",
                  title: "Meant",
                  value: ([right]) => intentWords(right),
                  cell: ([right]) => linked(right),
                },
                {
                  id: "taken",
                  title: "Taken for",
                  value: ([, taken]) => intentWords(taken),
                  cell: ([, taken]) => linked(taken),
                },
                { id: "times", title: "Times", value: ([, , times]) => times, numeric: true },
              ]}
            />
          </section>
          <section>
            <h3>By intent, weakest first</h3>
            <Table
              caption="Share understood by intent"
              rows={intents}
              rowKey={({ name }) => name}
              sort={{ column: "share", descending: false }}
              limit={12}
              columns={[
                {
                  id: "name",
                  title: "Intent",
                  value: ({ name }) => intentWords(name),
                  cell: ({ name }) => linked(name),
                },
                {
                  id: "share",
                  title: "Understood",
                  value: ({ share }) => share,
                  cell: ({ share }) => sharp(share),
                  numeric: true,
                },
                {
                  id: "fallen",
                  title: "Against the one before",
                  value: ({ name }) => -(gate?.fallen[name] ?? 0),
                  cell: ({ name }) =>
                    gate?.fallen[name] ? <span class="t-bad">{points(gate.fallen[name] ?? 0)} points less</span> : "",
                  numeric: true,
                },
              ]}
            />
          </section>
        </div>
      ) : null}
    </>
  );
}

function linked(name: string): JSX.Element {
  return <a href={hashOf("intents", name)}>{intentWords(name)}</a>;
}

/** Why no model came of a training: file, line, what to do. */
export function Problems({ error }: { error: NonNullable<Training["error"]> }): JSX.Element {
  const problems = error.details.problems ?? [];
  return (
    <div role="alert">
      <p class="t-bad">{error.message}</p>
      {problems.length ? (
        <ul class="t-problems">
          {problems.map((problem, index) => (
            <li key={index}>
              {problem.file ? (
                <code>
                  {problem.file}
                  {problem.line ? `, line ${problem.line}` : ""}
                </code>
              ) : null}
              <span>{problem.message}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {error.details.log ? (
        <details>
          <summary>End of its log</summary>
          <pre class="t-log">{error.details.log}</pre>
        </details>
      ) : null}
    </div>
  );
}
