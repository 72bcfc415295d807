/** The articles the assistant answers from. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Api } from "../shared/api";
import { Empty, Icon, Table } from "../shared/components";
import { readable } from "../shared/words";
import { ArticleEditor } from "./article-editor";
import { NewArticle } from "./article-new";
import { Shown, useLoaded } from "./loading";
import type { ArticleRow, IndexState } from "./model";
import { hashOf } from "./place";
import { SearchTest } from "./search-test";
import { unsaved } from "./unsaved";

const WATCH_INDEX_MS = 2000;
/** No article is called like that: ids have no blanks. */
export const NEW = "new article";

interface Listed {
  items: ArticleRow[];
  index: IndexState;
}

export function Articles({ api, open }: { api: Api; open: string | null }): JSX.Element {
  const [filter, setFilter] = useState("");
  const articles = useLoaded(() => api.get<Listed>("/studio/articles"), [open === null]);
  const running = articles.value?.index.status === "running";
  useEffect(() => {
    if (!running) return;
    const timer = setTimeout(() => void articles.reload(), WATCH_INDEX_MS);
    return () => clearTimeout(timer);
  }, [running, articles.value]);
  const topics = [...new Set((articles.value?.items ?? []).map(({ topic }) => topic).filter(Boolean))];
  if (open === NEW) return <NewArticle api={api} topics={topics} />;
  if (open) return <ArticleEditor key={open} api={api} id={open} />;
  return (
    <>
      <div class="t-tools">
        <input
          class="b-input t-filter"
          type="search"
          aria-label="Filter articles"
          placeholder="Filter articles"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <IndexLine state={articles.value?.index ?? null} />
        <a class="b-button b-button-primary b-button-small t-tool-end" href={hashOf("articles", NEW)}>
          <Icon name="plus" />
          New article
        </a>
      </div>
      <SearchTest api={api} />
      <Shown loaded={articles}>{({ items }) => <List items={items} filter={filter} />}</Shown>
    </>
  );
}

/** Whether the assistant already answers from what was saved. */
function IndexLine({ state }: { state: IndexState | null }): JSX.Element {
  return (
    <span role="status" class={state?.status === "failed" ? "b-field-error" : "b-muted"}>
      {state?.status === "running" ? "The assistant is reading the changes" : null}
      {state?.status === "failed" ? `The changes could not be taken up: ${state.error ?? ""}` : null}
    </span>
  );
}

function List({ items, filter }: { items: readonly ArticleRow[]; filter: string }): JSX.Element {
  const wanted = filter.toLowerCase().trim();
  const fits = (row: ArticleRow): boolean =>
    [row.id, row.title, row.topic, ...row.tags, ...row.questions].join(" ").toLowerCase().includes(wanted);
  return (
    <Table
      caption="Articles"
      rows={items.filter(fits)}
      rowKey={({ id }) => id}
      limit={500}
      empty={
        wanted ? (
          <Empty title="No article is like that" icon="search" />
        ) : (
          <Empty title="No articles yet" icon="document">
            Write the first one; the assistant answers from it a moment later.
          </Empty>
        )
      }
      columns={[
        {
          id: "title",
          title: "Title",
          value: ({ title }) => title,
          cell: (row) => (
            <>
              <a href={hashOf("articles", row.id)}>{row.title}</a>
              {row.problems.length ? <span class="t-tag t-tag-bad">cannot be read</span> : null}
              {unsaved.value.has(`articles/${row.id}`) ? <span class="t-tag">not saved</span> : null}
            </>
          ),
        },
        { id: "topic", title: "Topic", value: ({ topic }) => readable(topic.replaceAll("-", " ")) },
        { id: "audience", title: "For", value: ({ audience }) => audience },
        { id: "questions", title: "Questions", value: ({ questions }) => questions.length, numeric: true },
        { id: "updated", title: "Updated", value: ({ updated }) => updated },
      ]}
    />
  );
}
