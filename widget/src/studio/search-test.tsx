/** What customers find: the same search as in the help centre and behind the assistant's answers. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Api } from "../shared/api";
import { Button, Failed } from "../shared/components";
import type { HelpResult } from "../shared/types";
import { hashOf } from "./place";

export function SearchTest({ api, article }: { api: Api; article?: string }): JSX.Element {
  const [query, setQuery] = useState("");
  const [found, setFound] = useState<HelpResult[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const search = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!query.trim()) return;
    setBusy(true);
    setFailure(null);
    try {
      setFound((await api.get<{ items: HelpResult[] }>("/help/search", { query: { q: query.trim() } })).items);
    } catch (reason) {
      setFailure(reason);
    }
    setBusy(false);
  };
  const place = article && found ? found.findIndex(({ article_id }) => article_id === article) : -1;
  return (
    <form class="t-search" role="search" onSubmit={(event) => void search(event)}>
      <div class="t-tools">
        <input
          class="b-input t-filter"
          type="search"
          aria-label="Try a customer's question"
          placeholder="Try a customer's question"
          maxLength={300}
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
        <Button type="submit" small busy={busy} icon="search">
          Try
        </Button>
      </div>
      {failure ? <Failed error={failure} /> : null}
      {found ? (
        <div role="status">
          {article ? (
            <p>{place < 0 ? "This article is not found by it." : `This article is number ${place + 1}.`}</p>
          ) : null}
          {found.length === 0 ? <p class="b-muted">Nothing is found. Customers are told so honestly.</p> : null}
          <ol class="t-found">
            {found.map((result) => (
              <li key={result.article_id}>
                <a href={hashOf("articles", result.article_id)}>{result.title}</a>{" "}
                <span class="b-muted">fit {result.score.toFixed(2)}</span>
                <p class="b-muted">{result.snippet}</p>
              </li>
            ))}
          </ol>
        </div>
      ) : null}
    </form>
  );
}
