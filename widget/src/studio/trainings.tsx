/** Training: start it, watch it, see on held-out messages what came of it. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Api, ApiError } from "../shared/api";
import { Button, Empty, Table, plainWords, toast } from "../shared/components";
import { clockTime, duration, shortDate } from "../shared/time";
import { HeldOutFigures, Problems } from "./held-out";
import { Shown, useLoaded } from "./loading";
import type { Training } from "./model";
import { accuracyWords } from "./model-words";
import { hashOf } from "./place";
import { Promote } from "./promote";

const WATCH_MS = 1500;

export function Trainings({ api, open }: { api: Api; open: string | null }): JSX.Element {
  const [busy, setBusy] = useState(false);
  const trainings = useLoaded(() => api.get<{ items: Training[] }>("/studio/trainings"), []);
  const models = useLoaded(() => api.get<{ live: string | null }>("/studio/models"), []);
  const running = trainings.value?.items.find(({ status }) => status === "running");
  useEffect(() => {
    if (!running) return;
    const timer = setTimeout(() => void trainings.reload(), WATCH_MS);
    return () => clearTimeout(timer);
  }, [running, trainings.value]);
  const start = async (): Promise<void> => {
    setBusy(true);
    try {
      const begun = await api.post<Training>("/studio/trainings");
      location.hash = hashOf("training", begun.id);
    } catch (reason) {
      if (reason instanceof ApiError && reason.code === "training_running") toast(reason.message);
      else toast(plainWords(reason), { tone: "attention" });
    }
    await trainings.reload();
    setBusy(false);
  };
  return (
    <>
      <div class="t-tools">
        <Button tone="primary" icon="refresh" busy={busy} disabled={Boolean(running)} onClick={() => void start()}>
          {running ? "A training is running" : "Start a training"}
        </Button>
        <span class="b-muted">The running model stays until you promote another one.</span>
      </div>
      <Shown loaded={trainings}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No training yet" icon="refresh">
              Teach messages or edit examples first; then a training makes a new model of them.
            </Empty>
          ) : (
            <>
              <Detail
                api={api}
                training={items.find(({ id }) => id === open) ?? items[0]}
                live={models.value?.live ?? null}
                onPromoted={() => void models.reload()}
              />
              <History items={items} />
            </>
          )
        }
      </Shown>
    </>
  );
}

interface DetailProps {
  api: Api;
  training: Training | undefined;
  live: string | null;
  onPromoted: () => void;
}

function Detail({ api, training, live, onPromoted }: DetailProps): JSX.Element | null {
  if (!training) return null;
  const { status, metrics } = training;
  return (
    <section class="t-training" aria-label="Training">
      <h2>{TITLES[status]}</h2>
      <p class="b-muted">
        Started by {training.started_by}, {shortDate(training.started_at)}, {clockTime(training.started_at)}
        {training.finished_at ? `, took ${duration(secondsOf(training))}` : ""}
      </p>
      {status === "running" ? <Running training={training} /> : null}
      {status === "failed" && training.error ? <Problems error={training.error} /> : null}
      {status === "done" ? (
        <>
          <p>
            <strong>{accuracyWords(metrics)}</strong>
          </p>
          {training.model_id && training.model_id === live ? <p>This model serves.</p> : null}
          {training.model_id && training.model_id !== live ? (
            <Promote api={api} id={training.model_id} passed={training.passed_gate !== false} onDone={onPromoted} />
          ) : null}
          <HeldOutFigures metrics={metrics} warnings={training.warnings} />
        </>
      ) : null}
    </section>
  );
}

const TITLES: Record<Training["status"], string> = {
  running: "Training is running",
  done: "Training done",
  failed: "Training failed",
};

const STATES: Record<Training["status"], string> = { running: "Running", done: "Done", failed: "Failed" };

function Running({ training }: { training: Training }): JSX.Element {
  const share = Math.round(training.share * 100);
  return (
    <div class="t-running">
      <progress max={100} value={share} aria-label="Progress of the training">
        {share} %
      </progress>
      <p role="status">
        {training.message} ({share} %)
      </p>
      <details>
        <summary>Steps so far</summary>
        <ol class="t-steps">
          {training.steps.map((step) => (
            <li key={`${step.at} ${step.message}`}>
              <time dateTime={step.at}>{clockTime(step.at)}</time> {step.message}
            </li>
          ))}
        </ol>
      </details>
    </div>
  );
}

function History({ items }: { items: readonly Training[] }): JSX.Element {
  return (
    <Table
      caption="Trainings"
      rows={items}
      rowKey={({ id }) => id}
      columns={[
        {
          id: "started",
          title: "Started",
          value: (training) => training.started_at,
          cell: (training) => (
            <a href={hashOf("training", training.id)}>
              {shortDate(training.started_at)}, {clockTime(training.started_at)}
            </a>
          ),
        },
        { id: "by", title: "By", value: (training) => training.started_by },
        {
          id: "status",
          title: "State",
          value: (training) => training.status,
          cell: (training) => (
            <span class={training.status === "failed" ? "t-bad" : undefined}>
              {STATES[training.status]}
              {training.passed_gate === false ? ", does worse than before" : ""}
            </span>
          ),
        },
        {
          id: "took",
          title: "Took",
          value: (training) => (training.finished_at ? secondsOf(training) : null),
          cell: (training) => (training.finished_at ? duration(secondsOf(training)) : ""),
          numeric: true,
        },
        {
          id: "model",
          title: "Model",
          value: ({ model_id }) => model_id,
          cell: ({ model_id }) => <code>{model_id}</code>,
        },
      ]}
    />
  );
}

function secondsOf(training: Training): number {
  return (Date.parse(training.finished_at ?? training.updated_at) - Date.parse(training.started_at)) / 1000;
}
