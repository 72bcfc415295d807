/** The shop's help pages, searched from the panel. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Api } from "../shared/api";
import { Button, Empty, Failed, Icon, IconButton, Loading } from "../shared/components";
import { isSafeAddress } from "../shared/markdown-inline";
import type { HelpResult } from "../shared/types";
import { texts } from "./texts";

const PAUSE_MS = 250;

interface HelpProps {
  api: Api;
  first: string;
  onBack: () => void;
  /** The customer would rather ask: these words go into the message field. */
  onAsk: (words: string) => void;
}

type Found =
  | { state: "nothing" }
  | { state: "loading" }
  | { state: "failed"; error: unknown }
  | { state: "found"; query: string; items: HelpResult[] };

export function Help({ api, first, onBack, onAsk }: HelpProps): JSX.Element {
  const query = useSignal(first);
  const found = useSignal<Found>({ state: "nothing" });
  const attempt = useSignal(0);
  const field = useRef<HTMLInputElement>(null);
  const words = query.value.trim();
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    if (words.length < 2) return void (found.value = { state: "nothing" });
    const ending = new AbortController();
    const timer = setTimeout(async () => {
      found.value = found.value.state === "found" ? found.value : { state: "loading" };
      const next = await search(api, words, ending.signal);
      if (!ending.signal.aborted) found.value = next;
    }, PAUSE_MS);
    return () => (clearTimeout(timer), ending.abort());
  }, [words, attempt.value]);
  return (
    <section class="p-help" aria-label={texts.help}>
      <form class="p-help-search" role="search" onSubmit={(event) => event.preventDefault()}>
        <IconButton icon="back" label={texts.helpBack} onClick={onBack} />
        <label class="p-search">
          <Icon name="search" />
          <input
            ref={field}
            type="search"
            value={query.value}
            maxLength={500}
            aria-label={texts.helpLabel}
            placeholder={texts.helpLabel}
            onInput={(event) => (query.value = event.currentTarget.value)}
          />
        </label>
      </form>
      <div class="p-help-found" aria-live="polite">
        <Results found={found.value} onRetry={() => (attempt.value += 1)} onAsk={onAsk} />
      </div>
    </section>
  );
}

async function search(api: Api, query: string, signal: AbortSignal): Promise<Found> {
  try {
    const { items } = await api.get<{ items: HelpResult[] }>("/help/search", { query: { q: query }, signal });
    return { state: "found", query, items };
  } catch (error) {
    return { state: "failed", error };
  }
}

interface ResultsProps {
  found: Found;
  onRetry: () => void;
  onAsk: (words: string) => void;
}

function Results({ found, onRetry, onAsk }: ResultsProps): JSX.Element {
  if (found.state === "loading") return <Loading label="Searching" />;
  if (found.state === "failed") return <Failed error={found.error} onRetry={onRetry} />;
  if (found.state === "nothing") {
    return (
      <Empty icon="search" title={texts.helpLabel}>
        <p>{texts.helpHint}</p>
        <p>
          <a href="/help" target="_blank" rel="noopener">
            {texts.helpAll}
          </a>
        </p>
      </Empty>
    );
  }
  if (found.items.length === 0) {
    return (
      <Empty icon="search" title={texts.helpNone(found.query)}>
        <Button onClick={() => onAsk(found.query)}>{texts.helpAsk}</Button>
      </Empty>
    );
  }
  return (
    <>
      <ul>
        {found.items
          .filter(({ url }) => isSafeAddress(url))
          .map((item) => (
            <li key={item.article_id}>
              <a href={item.url} target="_blank" rel="noopener">
                <strong>{item.title}</strong>
                <span class="b-muted b-small">{item.snippet}</span>
                <span class="b-hidden-text">{texts.opensNew}</span>
              </a>
            </li>
          ))}
      </ul>
      <Button tone="quiet" onClick={() => onAsk(found.query)}>
        {texts.helpAsk}
      </Button>
    </>
  );
}
