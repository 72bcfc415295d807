/** The examples of one intent, one a line. */
import type { JSX } from "preact";
import type { Api } from "../shared/api";
import { ApiError } from "../shared/api";
import { Button, plainWords, toast } from "../shared/components";
import { intentWords } from "../shared/words";
import { Conflict } from "./conflict";
import { Shown, useLoaded } from "./loading";
import type { Intent } from "./model";
import { hashOf } from "./place";
import { type Original, useSaving } from "./saving";

export function IntentEditor({ api, name }: { api: Api; name: string }): JSX.Element {
  const path = `/studio/intents/${encodeURIComponent(name)}`;
  const loaded = useLoaded(() => api.get<Intent>(path), [path]);
  return (
    <>
      <p class="t-crumb">
        <a href={hashOf("intents")}>Intents</a> / {intentWords(name)}
      </p>
      <Shown loaded={loaded}>{(intent) => <Editor key={intent.name} api={api} path={path} intent={intent} />}</Shown>
    </>
  );
}

function Editor({ api, path, intent }: { api: Api; path: string; intent: Intent }): JSX.Element {
  const put = async (text: string, version: string): Promise<Original> =>
    originalOf(await api.put<Intent>(path, { examples: linesOf(text) }, { ifMatch: version }));
  const saving = useSaving(`intents/${intent.name}`, originalOf(intent), put);
  const problem = problemLine(saving.failure);
  const save = async (): Promise<void> => {
    if (await saving.save()) toast("Saved. It counts from the next training on.");
  };
  return (
    <div class="t-editor">
      <header class="t-tools">
        <h2>{intentWords(intent.name)}</h2>
        <span class="b-muted">
          <code>{intent.name}</code> in {intent.file}
        </span>
      </header>
      {saving.stale ? (
        <Conflict stale={saving.stale} onTakeTheirs={saving.takeTheirs} onKeepMine={() => void saving.keepMine()} />
      ) : null}
      <label class="t-field">
        Examples, one a line. Mark what matters like this: order [1042](order_number).
        <textarea
          class="b-input t-text"
          rows={24}
          spellcheck={false}
          aria-invalid={Boolean(saving.failure)}
          value={saving.text}
          onInput={(event) => saving.set(event.currentTarget.value)}
        />
      </label>
      {saving.failure ? (
        <p class="b-field-error" role="alert">
          {plainWords(saving.failure)}
          {problem ? ` (${problem})` : ""}
        </p>
      ) : null}
      <footer class="t-tools">
        <Button tone="primary" busy={saving.busy} disabled={!saving.dirty} onClick={() => void save()}>
          Save
        </Button>
        <Button tone="quiet" disabled={!saving.dirty} onClick={saving.drop}>
          Undo changes
        </Button>
        <span class="b-muted">
          {linesOf(saving.text).length} examples{saving.dirty ? ", not saved" : ""}
        </span>
      </footer>
    </div>
  );
}

const originalOf = (intent: Intent): Original => ({ text: intent.examples.join("\n"), version: intent.version });

/** Examples of a text: empty lines and leading dashes are nobody's words. */
export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/^\s*-\s+/, "").trim())
    .filter((line) => line !== "");
}

function problemLine(failure: unknown): string | null {
  if (!(failure instanceof ApiError)) return null;
  const { number } = failure.details as { number?: number };
  return number ? `line ${number}` : null;
}
