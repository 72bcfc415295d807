/** One entry of the log, as an agent sees it. */
import type { JSX } from "preact";
import { Bubble, Button, Icon } from "../shared/components";
import { Markdown } from "../shared/markdown";
import { isSafeAddress } from "../shared/markdown-inline";
import { clockTime } from "../shared/time";
import type { Entry, Noted, Reading, Said } from "./log";
import { OrderLine, ordersIn } from "./orders";
import type { PendingReply, Replies } from "./replies";
import { intentWords, percent } from "../shared/words";

const UPSET = 0.5;

interface Props {
  entry: Entry;
  first: boolean;
  reading: Reading | undefined;
  read: boolean;
  me: string;
}

export function EntryView({ entry, first, reading, read, me }: Props): JSX.Element {
  if (entry.type === "note") return <Note note={entry} me={me} />;
  if (entry.type === "line") {
    return (
      <p
        id={`m-${entry.seq}`}
        tabIndex={-1}
        class={entry.told ? "d-line d-line-told" : "d-line"}
        title={clockTime(entry.at)}
      >
        {entry.told ? <span class="b-hidden-text">Told to the customer: </span> : null}
        {entry.text}
      </p>
    );
  }
  return <Message said={entry} first={first} reading={reading} read={read} me={me} />;
}

function Message({ said, first, reading, read, me }: Omit<Props, "entry"> & { said: Said }): JSX.Element {
  const kind = said.author.kind;
  const customer = kind === "customer";
  return (
    <article
      id={`m-${said.seq}`}
      tabIndex={-1}
      class={`d-said d-said-${kind}${first ? " d-said-first" : ""}${customer ? "" : " d-said-ours"}`}
    >
      {first ? (
        <h4>
          {authorWords(said, me)}
          <time dateTime={said.at}>{clockTime(said.at)}</time>
        </h4>
      ) : null}
      {said.deleted ? (
        <p class="b-muted">This message was removed.</p>
      ) : (
        <Bubble side={customer ? "bot" : kind === "agent" ? "agent" : "bot"}>
          {customer ? <span class="d-plain">{said.text}</span> : <Markdown text={said.text} />}
        </Bubble>
      )}
      {said.edited ? <span class="d-mark">edited</span> : null}
      <Along said={said} />
      {customer && reading ? <ReadingLine reading={reading} /> : null}
      {kind === "agent" && read ? (
        <span class="d-mark">
          <Icon name="checks" /> Read
        </span>
      ) : null}
    </article>
  );
}

function authorWords({ author }: Said, me: string): string {
  if (author.kind === "customer") return author.name || "Customer";
  if (author.kind === "bot") return "Assistant";
  return author.id === me ? "You" : (author.name ?? "Agent");
}

/** What the assistant made of a message: what agents may doubt, and editors correct. */
function ReadingLine({ reading }: { reading: Reading }): JSX.Element | null {
  const upset = reading.frustration !== null && reading.frustration >= UPSET;
  if (!reading.intent && !upset) return null;
  return (
    <span class="d-mark">
      {reading.intent ? (
        <span title="What the assistant understood, and how sure it was">
          {intentWords(reading.intent)}
          {reading.confidence === null ? "" : `, ${percent(reading.confidence)} sure`}
        </span>
      ) : null}
      {upset ? <span class="d-upset">upset</span> : null}
    </span>
  );
}

/** Sources, cards and buttons that came with a message. */
function Along({ said }: { said: Said }): JSX.Element {
  const { sources = [], cards = [], quick_replies: buttons = [] } = said.message;
  const linked = sources.filter(({ url }) => isSafeAddress(url));
  return (
    <>
      {ordersIn(cards).map((order) => (
        <OrderLine key={order.order_number} order={order} />
      ))}
      {linked.length ? (
        <ul class="d-sources" aria-label="Sources">
          {linked.map(({ title, url }) => (
            <li key={url}>
              <a href={url} target="_blank" rel="noopener">
                <Icon name="document" />
                {title}
              </a>
            </li>
          ))}
        </ul>
      ) : null}
      {buttons.length ? (
        <p class="d-buttons">
          <span class="b-hidden-text">Buttons offered: </span>
          {buttons.map(({ title }) => (
            <span key={title}>{title}</span>
          ))}
        </p>
      ) : null}
    </>
  );
}

function Note({ note, me }: { note: Noted; me: string }): JSX.Element {
  return (
    <article id={`m-${note.seq}`} tabIndex={-1} class="d-note">
      <h4>
        <Icon name="note" />
        Private note by {note.author.id === me ? "you" : note.author.name}
        <time dateTime={note.at}>{clockTime(note.at)}</time>
      </h4>
      <p class="d-plain">{note.text}</p>
    </article>
  );
}

/** A reply on its way. */
export function Pending({ reply, replies }: { reply: PendingReply; replies: Replies }): JSX.Element {
  return (
    <article class="d-said d-said-agent d-said-ours d-said-first">
      <Bubble side="agent" failed={Boolean(reply.problem)}>
        <Markdown text={reply.text} />
      </Bubble>
      {reply.problem ? (
        <span class="d-mark d-mark-problem" role="alert">
          Not sent: {reply.problem}
          <Button small tone="quiet" onClick={() => replies.again(reply.id)}>
            Send again
          </Button>
          <Button small tone="quiet" onClick={() => replies.discard(reply.id)}>
            Discard
          </Button>
        </span>
      ) : (
        <span class="d-mark">
          <Icon name="clock" /> Sending
        </span>
      )}
    </article>
  );
}
