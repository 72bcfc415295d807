/** The right column: who the customer is and what is known, beside the conversation. */
import type { ComponentChildren, JSX } from "preact";
import { Icon, IconButton, Moment } from "../shared/components";
import { isSafeAddress } from "../shared/markdown-inline";
import type { Priority } from "../shared/types";
import { attempt } from "./actions";
import type { Desk } from "./desk";
import type { Detail } from "./model";
import { OrderLine, furtherOrders, ordersOf } from "./orders";
import { LabelEditor } from "./labels";
import type { Talk } from "./talk";
import { readable } from "../shared/words";
import { PRIORITIES, customerName, factWords, stateWords } from "./words";

export function Context({ desk, talk, onClose }: { desk: Desk; talk: Talk; onClose: () => void }): JSX.Element {
  const detail = talk.detail.value;
  return (
    <aside class="d-context" aria-label="Details">
      <IconButton icon="close" label="Hide the details" class="d-context-close" onClick={onClose} />
      {detail ? (
        <>
          <Who detail={detail} />
          <Handling talk={talk} detail={detail} />
          <Orders talk={talk} detail={detail} />
          <Known detail={detail} />
          <Earlier desk={desk} detail={detail} />
          <Transcript talk={talk} />
        </>
      ) : null}
    </aside>
  );
}

function Part({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <section class="d-part">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Who({ detail }: { detail: Detail }): JSX.Element {
  const { customer, page_url: page } = detail;
  const times = customer.conversations ?? 0;
  return (
    <Part title="Customer">
      <dl class="d-facts">
        <Fact name="Name">
          {customer.name || (customer.email ? "Not given" : customerName(customer))}
          {customer.verified ? (
            <span class="d-verified">signed in</span>
          ) : (
            <span class="b-muted"> (not signed in)</span>
          )}
        </Fact>
        {customer.email ? <Fact name="E-mail">{breakable(customer.email)}</Fact> : null}
        {detail.contact_email && detail.contact_email !== customer.email ? (
          <Fact name="Reply to">{breakable(detail.contact_email)}</Fact>
        ) : null}
        {times > 1 ? <Fact name="Conversations">{times}</Fact> : null}
        {detail.locale ? <Fact name="Language">{detail.locale}</Fact> : null}
        {page ? <Fact name="Page">{pageLink(page)}</Fact> : null}
        <Fact name="Began">
          <Moment at={detail.created_at} />
        </Fact>
      </dl>
    </Part>
  );
}

/** An address that is too long for its line breaks before its '@', not inside a word. */
function breakable(email: string): ComponentChildren {
  const at = email.lastIndexOf("@");
  return at < 1 ? (
    email
  ) : (
    <>
      {email.slice(0, at)}
      <wbr />
      {email.slice(at)}
    </>
  );
}

function pageLink(address: string): ComponentChildren {
  if (!isSafeAddress(address)) return address;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer">
      {address.replace(/^https?:\/\/[^/]+/, "") || "/"}
    </a>
  );
}

function Handling({ talk, detail }: { talk: Talk; detail: Detail }): JSX.Element {
  return (
    <Part title="Handling">
      <dl class="d-facts">
        <Fact name="Priority">
          <select
            class={`d-select d-select-${detail.priority}`}
            aria-label="Priority"
            value={detail.priority}
            disabled={talk.busy.value === "priority"}
            onChange={(event) => void attempt(talk.setPriority(event.currentTarget.value as Priority))}
          >
            {Object.entries(PRIORITIES).map(([priority, title]) => (
              <option key={priority} value={priority}>
                {title}
              </option>
            ))}
          </select>
        </Fact>
        {detail.team ? <Fact name="Team">{detail.team}</Fact> : null}
        {detail.assignee ? <Fact name="Agent">{detail.assignee.name}</Fact> : null}
      </dl>
      <LabelEditor talk={talk} labels={detail.labels} />
    </Part>
  );
}

function Orders({ talk, detail }: { talk: Talk; detail: Detail }): JSX.Element | null {
  const shown = ordersOf(talk.log.value);
  const further = furtherOrders(detail.handoff?.orders ?? [], shown);
  if (shown.length + further.length === 0) return null;
  return (
    <Part title="Orders">
      {shown.map((order) => (
        <OrderLine key={order.order_number} order={order} />
      ))}
      {further.map(([number, state]) => (
        <div key={number} class="d-order">
          <Icon name="box" />
          <div>
            <strong>{number}</strong>
            <p class="b-muted">{state}</p>
          </div>
        </div>
      ))}
    </Part>
  );
}

/** What the assistant learned and an agent need not ask again. */
function Known({ detail }: { detail: Detail }): JSX.Element | null {
  const shownAbove = [detail.customer.email, detail.contact_email];
  const facts = Object.entries(detail.handoff?.slots ?? {})
    .map(([name, value]) => [name, factWords(value)] as const)
    .filter(([, words]) => words !== null && !shownAbove.includes(words));
  if (facts.length === 0) return null;
  return (
    <Part title="Already known">
      <dl class="d-facts">
        {facts.map(([name, words]) => (
          <Fact key={name} name={readable(name)}>
            {name === "last_article" ? <a href={`/help/${encodeURIComponent(words ?? "")}`}>{words}</a> : words}
          </Fact>
        ))}
      </dl>
    </Part>
  );
}

function Earlier({ desk, detail }: { desk: Desk; detail: Detail }): JSX.Element | null {
  if (detail.earlier.length === 0) return null;
  return (
    <Part title="Other conversations">
      <ul class="d-earlier">
        {detail.earlier.map((other) => (
          <li key={other.id}>
            <a
              href={`#${other.id}`}
              onClick={(event) => {
                event.preventDefault();
                desk.select(other.id);
              }}
            >
              {other.last_message ?? "No message"}
            </a>
            <span class="b-muted">
              {stateWords(other.state)}, <Moment at={other.updated_at} />
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Transcript({ talk }: { talk: Talk }): JSX.Element {
  return (
    <Part title="Transcript">
      <p class="d-transcripts">
        {(["txt", "html", "json"] as const).map((format) => (
          <a key={format} href={`/api/v1${talk.path("/transcript")}?format=${format}`} download>
            <Icon name="download" />
            {format === "txt" ? "Text" : format.toUpperCase()}
          </a>
        ))}
      </p>
      <p class="b-muted b-small">Private notes are left out.</p>
    </Part>
  );
}
