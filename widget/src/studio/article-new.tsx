import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Api } from "../shared/api";
import { Button, Field, toast } from "../shared/components";
import { ArticleFields } from "./article-fields";
import { newArticle } from "./front-matter";
import type { Article } from "./model";
import { hashOf } from "./place";
import { forget, keep, unsaved } from "./unsaved";

const KEPT = "articles/new article";

/** An article that is not there yet; it gets the id that stands in its text. */
export function NewArticle({ api, topics }: { api: Api; topics: readonly string[] }): JSX.Element {
  const [topic, setTopic] = useState("");
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const text = unsaved.value.get(KEPT)?.text ?? newArticle(new Date().toISOString().slice(0, 10));
  const create = async (): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      const made = await api.post<Article>("/studio/articles", { content: text, topic: topic.trim() || "general" });
      forget(KEPT);
      toast("Stored. The assistant answers from it in a moment.");
      location.hash = hashOf("articles", made.id);
    } catch (reason) {
      setFailure(reason);
    }
    setBusy(false);
  };
  return (
    <div class="t-editor">
      <p class="t-crumb">
        <a href={hashOf("articles")}>Articles</a> / New
      </p>
      <div class="t-tools t-tools-bottom">
        <Field
          label="Topic"
          hint="One there is, or a new one like 'store-visits'"
          list="topics"
          maxLength={41}
          value={topic}
          onInput={(event) => setTopic(event.currentTarget.value)}
        />
        <datalist id="topics">
          {topics.map((known) => (
            <option key={known} value={known} />
          ))}
        </datalist>
        <Button tone="primary" busy={busy} onClick={() => void create()}>
          Store it
        </Button>
      </div>
      <ArticleFields
        text={text}
        problems={[]}
        failure={failure}
        onInput={(changed) => keep(KEPT, { text: changed, version: null })}
      />
    </div>
  );
}
