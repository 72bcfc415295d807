/** An article's text beside what customers will see of it, and what is wrong with it, by line. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { ApiError } from "../shared/api";
import { plainWords } from "../shared/components";
import { Markdown } from "../shared/markdown";
import { factOf, lineSpan, listOf, partsOf } from "./front-matter";
import type { ArticleProblem } from "./model";

interface Props {
  text: string;
  problems: readonly ArticleProblem[];
  failure: unknown;
  onInput: (text: string) => void;
}

export function ArticleFields({ text, problems, failure, onInput }: Props): JSX.Element {
  const area = useRef<HTMLTextAreaElement>(null);
  const refused = problemsOf(failure);
  const wrong = refused.length ? refused : problems;
  const show = (line: number): void => {
    area.current?.focus();
    area.current?.setSelectionRange(...lineSpan(text, line));
  };
  return (
    <>
      {failure && refused.length === 0 ? (
        <p class="b-field-error" role="alert">
          {plainWords(failure)}
        </p>
      ) : null}
      {wrong.length ? (
        <ul class="t-problems" role="alert">
          {wrong.map((problem) => (
            <li key={`${problem.line} ${problem.what}`}>
              <button type="button" class="t-link" onClick={() => show(problem.line)}>
                Line {problem.line}
              </button>
              <span>
                {problem.what} {problem.mend}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      <div class="t-halves">
        <label class="t-field">
          Text
          <textarea
            ref={area}
            class="b-input t-text"
            rows={30}
            aria-invalid={wrong.length > 0}
            value={text}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
        </label>
        <Preview text={text} />
      </div>
    </>
  );
}

function Preview({ text }: { text: string }): JSX.Element {
  const parts = partsOf(text);
  const questions = listOf(parts, "questions").filter(Boolean);
  return (
    <section class="t-preview" aria-label="Preview">
      <h2>{factOf(parts, "title") || "Without a title"}</h2>
      <Markdown text={parts.body} />
      {questions.length ? (
        <>
          <h3>Found by questions like</h3>
          <ul>
            {questions.map((question) => (
              <li key={question}>{question}</li>
            ))}
          </ul>
        </>
      ) : null}
    </section>
  );
}

function problemsOf(failure: unknown): ArticleProblem[] {
  if (!(failure instanceof ApiError)) return [];
  const { problems } = failure.details as { problems?: ArticleProblem[] };
  return problems ?? [];
}
