/** One message in the log, with what came along: sources, cards, files. */
import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Avatar, Bubble, Icon, SystemLine } from "../shared/components";
import { Markdown } from "../shared/markdown";
import { isSafeAddress } from "../shared/markdown-inline";
import { clockTime } from "../shared/time";
import type { Attachment, Source } from "../shared/types";
import type { Message } from "./log";
import { OrderCard, isOrder } from "./order-card";
import { texts } from "./texts";

export interface MessageRowProps {
  message: Message;
  /** The first of several in a row by the same person shows who it is. */
  first: boolean;
  children?: ComponentChildren;
}

export function MessageRow({ message, first, children }: MessageRowProps): JSX.Element {
  const body = useMemo(() => <Body message={message} />, [message]);
  const { author, at } = message;
  if (author.kind === "system") return <SystemLine>{message.text}</SystemLine>;
  const own = author.kind === "customer";
  return (
    <article
      class={`p-row ${own ? "p-row-own" : "p-row-other"}${first ? " p-row-first" : ""}`}
      title={clockTime(at, document.documentElement.lang)}
    >
      {own ? null : <Face message={message} shown={first} />}
      <div class="p-row-content">
        <h2 class={author.kind === "agent" && first ? "p-author" : "b-hidden-text"}>{authorName(message)}</h2>
        {body}
        {children}
      </div>
    </article>
  );
}

function authorName({ author }: Message): string {
  if (author.kind === "customer") return texts.you;
  return author.name ?? (author.kind === "agent" ? texts.teamMember : texts.assistant);
}

function Face({ message, shown }: { message: Message; shown: boolean }): JSX.Element {
  if (!shown) return <span class="p-face" />;
  return (
    <span class="p-face">
      <Avatar name={message.author.name ?? null} assistant={message.author.kind === "bot"} />
    </span>
  );
}

function Body({ message }: { message: Message }): JSX.Element {
  const { author, text, deleted, edited, cards = [], sources = [], attachments = [] } = message;
  const side = author.kind === "customer" ? "customer" : author.kind === "agent" ? "agent" : "bot";
  if (deleted) return <p class="p-removed">{texts.removed}</p>;
  return (
    <>
      {text.trim() ? <Bubble side={side}>{side === "customer" ? text : <Markdown text={text} />}</Bubble> : null}
      {edited ? <span class="b-muted b-small">{texts.edited}</span> : null}
      {cards.filter(isOrder).map((card) => (
        <OrderCard key={card.order_number} order={card} />
      ))}
      <Sources sources={sources} />
      <Files files={attachments} />
    </>
  );
}

function Sources({ sources }: { sources: readonly Source[] }): JSX.Element | null {
  const linked = sources.filter(({ url }) => isSafeAddress(url));
  if (linked.length === 0) return null;
  return (
    <ul class="p-sources" aria-label={texts.sources}>
      {linked.map(({ title, url }) => (
        <li key={url}>
          <a href={url} target="_blank" rel="noopener">
            <Icon name="document" />
            <span>{title}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function Files({ files }: { files: readonly Attachment[] }): JSX.Element | null {
  const linked = files.filter(({ url }) => isSafeAddress(url));
  if (linked.length === 0) return null;
  return (
    <ul class="p-sources">
      {linked.map(({ name, url }) => (
        <li key={url}>
          <a href={url} target="_blank" rel="noopener">
            <Icon name="download" />
            <span>{name}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
