/** The handover packet, on top of the conversation: why it came, on what grounds, what was tried. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../shared/components";
import type { Handoff } from "../shared/types";
import { Jump } from "./log-view";
import { Mood } from "./mood";
import type { Talk } from "./talk";
import { intentWords, percent, readable, reasonWords } from "../shared/words";
import { evidenceValue } from "./words";

/** `opened`: with its grounds at first, for who decides about taking it. */
export function Packet({ talk, opened }: { talk: Talk; opened: boolean }): JSX.Element | null {
  const handoff = talk.detail.value?.handoff;
  const [shown, setShown] = useState(opened);
  if (!handoff) return null;
  return (
    <section class="d-packet" aria-label="Handover">
      <header>
        <h2>
          <Icon name="flag" />
          {reasonWords(handoff.reason)}
        </h2>
        <button type="button" class="d-link" aria-expanded={shown} onClick={() => setShown(!shown)}>
          {shown ? "Less" : "More"}
        </button>
      </header>
      <p class="d-packet-summary">{handoff.summary}</p>
      {shown ? <Grounds handoff={handoff} /> : null}
    </section>
  );
}

function Grounds({ handoff }: { handoff: Handoff }): JSX.Element {
  return (
    <>
      {handoff.evidence.length ? (
        <>
          <h3>What shows it</h3>
          <ul class="d-evidence">
            {handoff.evidence.map((item, index) => (
              <li key={index}>
                <Jump seq={item.seq}>
                  <q>{item.quote}</q>
                  <span class="b-muted">
                    {[readable(item.signal), evidenceValue(item.value)].filter(Boolean).join(" ")}
                  </span>
                </Jump>
              </li>
            ))}
          </ul>
        </>
      ) : null}
      <dl class="d-facts">
        <Intents handoff={handoff} />
        {handoff.failed_attempts > 0 ? (
          <div>
            <dt>Failed attempts</dt>
            <dd>{handoff.failed_attempts} in a row</dd>
          </div>
        ) : null}
        {handoff.sentiment.length > 1 ? (
          <div>
            <dt>Mood</dt>
            <dd>
              <Mood sentiment={handoff.sentiment} />
            </dd>
          </div>
        ) : null}
      </dl>
    </>
  );
}

/** What the assistant understood, each meaning once with how sure it was at best. */
function Intents({ handoff }: { handoff: Handoff }): JSX.Element | null {
  const best = new Map<string, number>();
  for (const { name, confidence } of handoff.intents) best.set(name, Math.max(best.get(name) ?? 0, confidence));
  if (best.size === 0) return null;
  const told = [...best].sort(([, left], [, right]) => right - left).slice(0, 5);
  return (
    <div>
      <dt>Understood</dt>
      <dd>{told.map(([name, sure]) => `${intentWords(name)} (${percent(sure)} sure)`).join(", ")}</dd>
    </div>
  );
}
