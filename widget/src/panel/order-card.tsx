/** An order at a glance: what, where on its way, when, and one link. */
import type { JSX } from "preact";
import { Icon } from "../shared/components";
import { isSafeAddress } from "../shared/markdown-inline";
import { shortDate } from "../shared/time";
import type { Card, OrderCard as Order, OrderState } from "../shared/types";
import { texts } from "./texts";

/** These have left the way from shop to door: a bar of steps would promise what does not come. */
const ENDED: readonly OrderState[] = ["cancelled", "returned", "refunded"];
const TROUBLE: readonly OrderState[] = ["delayed", "lost"];

export function isOrder(card: Card): card is Order {
  return card.type === "order" && "state_label" in card && Array.isArray(card.steps);
}

export function OrderCard({ order }: { order: Order }): JSX.Element {
  const trouble = TROUBLE.includes(order.state);
  const ended = ENDED.includes(order.state);
  const saidByBar = !ended && order.steps[order.step - 1] === order.state_label;
  return (
    <div
      role="group"
      class={trouble ? "p-order p-order-trouble" : "p-order"}
      aria-label={texts.order(order.order_number)}
    >
      <header>
        <span class="p-order-picture" aria-hidden="true">
          <Icon name="box" />
        </span>
        <div>
          <h3>{order.title}</h3>
          <p class="b-muted b-small">{texts.order(order.order_number)}</p>
        </div>
      </header>
      {ended ? null : <Steps titles={order.steps} reached={order.step} />}
      <dl>
        {saidByBar ? null : (
          <div>
            <dt class="b-hidden-text">{texts.orderState}</dt>
            <dd class={trouble ? "p-order-alarm" : undefined}>{order.state_label}</dd>
          </div>
        )}
        {order.date ? (
          <div>
            <dt class="b-muted">{order.date_label}</dt>
            <dd>
              <time dateTime={order.date}>{order.date_text ?? shortDate(order.date)}</time>
            </dd>
          </div>
        ) : null}
      </dl>
      <CardLink order={order} />
    </div>
  );
}

function Steps({ titles, reached }: { titles: readonly string[]; reached: number }): JSX.Element {
  return (
    <ol class="p-steps">
      {titles.map((title, index) => (
        <li
          key={title}
          class={index < reached ? "p-step-done" : undefined}
          aria-current={index === reached - 1 ? "step" : undefined}
        >
          {title}
          {index < reached - 1 ? <span class="b-hidden-text">, {texts.stepDone}</span> : null}
        </li>
      ))}
    </ol>
  );
}

function CardLink({ order }: { order: Order }): JSX.Element | null {
  const { link } = order;
  if (!link || !isSafeAddress(link.url)) return null;
  return (
    <a class="p-card-link" href={link.url} target="_blank" rel="noopener">
      {link.title}
      <Icon name="external" />
      <span class="b-hidden-text">{texts.opensNew}</span>
    </a>
  );
}
