/** Two editors changed the same thing: what the other one did, and the two ways on. */
import type { JSX } from "preact";
import { ApiError } from "../shared/api";
import { Button } from "../shared/components";

export interface Stale {
  version: string;
  current: string[];
  added: string[];
  removed: string[];
}

export function staleOf(reason: unknown): Stale | null {
  if (!(reason instanceof ApiError) || reason.status !== 412) return null;
  const { version, current, changed } = reason.details as {
    version?: string;
    current?: string[];
    changed?: { added?: string[]; removed?: string[] } | null;
  };
  return {
    version: version ?? "*",
    current: current ?? [],
    added: changed?.added ?? [],
    removed: changed?.removed ?? [],
  };
}

interface Props {
  stale: Stale;
  onTakeTheirs: () => void;
  onKeepMine: () => void;
}

export function Conflict({ stale, onTakeTheirs, onKeepMine }: Props): JSX.Element {
  const known = stale.added.length + stale.removed.length > 0;
  return (
    <section class="t-stale" role="alert">
      <h3>Somebody else saved this in the meantime</h3>
      {known ? (
        <>
          <Lines title="They added" lines={stale.added} sign="+" />
          <Lines title="They took out" lines={stale.removed} sign={"\u2212"} />
        </>
      ) : (
        <p>It is too long ago to say what exactly they changed.</p>
      )}
      <p>Your text is still in the field. Nothing was overwritten.</p>
      <div class="t-tools">
        <Button onClick={onTakeTheirs}>Take theirs, drop mine</Button>
        <Button tone="danger" onClick={onKeepMine}>
          Save mine over it
        </Button>
      </div>
    </section>
  );
}

function Lines({ title, lines, sign }: { title: string; lines: readonly string[]; sign: string }): JSX.Element | null {
  if (lines.length === 0) return null;
  return (
    <>
      <h4>{title}</h4>
      <ul class="t-diff">
        {lines.map((line, index) => (
          <li key={index}>
            <span aria-hidden="true">{sign}</span> {line || "(an empty line)"}
          </li>
        ))}
      </ul>
    </>
  );
}
