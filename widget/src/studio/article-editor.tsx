/** One article: edit, look at it, try whether it is found, take it away. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Api } from "../shared/api";
import { Button, Dialog, plainWords, toast } from "../shared/components";
import { ArticleFields } from "./article-fields";
import { Conflict } from "./conflict";
import { Shown, useLoaded } from "./loading";
import type { Article } from "./model";
import { hashOf } from "./place";
import { type Original, quoted, useSaving } from "./saving";
import { SearchTest } from "./search-test";
import { forget } from "./unsaved";

export function ArticleEditor({ api, id }: { api: Api; id: string }): JSX.Element {
  const path = `/studio/articles/${encodeURIComponent(id)}`;
  const loaded = useLoaded(() => api.get<Article>(path), [path]);
  return (
    <>
      <p class="t-crumb">
        <a href={hashOf("articles")}>Articles</a> / {loaded.value?.title ?? id}
      </p>
      <Shown loaded={loaded}>
        {(article) => <Editor key={article.id} api={api} path={path} article={article} onSaved={loaded.set} />}
      </Shown>
    </>
  );
}

interface Props {
  api: Api;
  path: string;
  article: Article;
  onSaved: (article: Article) => void;
}

function Editor({ api, path, article, onSaved }: Props): JSX.Element {
  const [deleting, setDeleting] = useState(false);
  const put = async (text: string, version: string): Promise<Original> => {
    const saved = await api.put<Article>(path, { content: text }, { ifMatch: version });
    onSaved(saved);
    return { text: saved.content, version: saved.version };
  };
  const saving = useSaving(`articles/${article.id}`, { text: article.content, version: article.version }, put);
  const save = async (): Promise<void> => {
    if (await saving.save()) toast("Saved. The assistant answers from it in a moment.");
  };
  return (
    <div class="t-editor">
      {saving.stale ? (
        <Conflict stale={saving.stale} onTakeTheirs={saving.takeTheirs} onKeepMine={() => void saving.keepMine()} />
      ) : null}
      <div class="t-tools">
        <Button tone="primary" busy={saving.busy} disabled={!saving.dirty} onClick={() => void save()}>
          Save
        </Button>
        <Button tone="quiet" disabled={!saving.dirty} onClick={saving.drop}>
          Undo changes
        </Button>
        <span class="b-muted">{saving.dirty ? "Not saved" : ""}</span>
        <a class="t-tool-end" href={`/help/${encodeURIComponent(article.id)}`} target="_blank" rel="noopener">
          In the help centre
        </a>
        <Button tone="danger" small icon="trash" onClick={() => setDeleting(true)}>
          Delete
        </Button>
      </div>
      <ArticleFields
        text={saving.text}
        problems={saving.dirty ? [] : article.problems}
        failure={saving.failure}
        onInput={saving.set}
      />
      <SearchTest api={api} article={article.id} />
      {deleting ? <Delete api={api} path={path} article={article} onClose={() => setDeleting(false)} /> : null}
    </div>
  );
}

function Delete({ api, path, article, onClose }: Omit<Props, "onSaved"> & { onClose: () => void }): JSX.Element {
  const [failure, setFailure] = useState<unknown>(null);
  const remove = async (): Promise<void> => {
    try {
      await api.delete(path, { ifMatch: quoted(article.version) });
      forget(`articles/${article.id}`);
      toast("Deleted.");
      location.hash = hashOf("articles");
    } catch (reason) {
      setFailure(reason);
    }
  };
  return (
    <Dialog
      title="Delete this article?"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button tone="danger" onClick={() => void remove()}>
            Delete it
          </Button>
        </>
      }
    >
      <p>Customers and the assistant no longer find "{article.title}".</p>
      {failure ? (
        <p class="b-field-error" role="alert">
          {plainWords(failure)}
        </p>
      ) : null}
    </Dialog>
  );
}
