/** Orders as an agent needs them: from the cards the customer was shown, and from the packet. */
import type { JSX } from "preact";
import { Icon } from "../shared/components";
import { isSafeAddress } from "../shared/markdown-inline";
import { shortDate } from "../shared/time";
import type { Card, OrderCard } from "../shared/types";
import type { Log } from "./log";
import { readable } from "../shared/words";

export function ordersIn(cards: readonly Card[]): OrderCard[] {
  return cards.filter((card): card is OrderCard => card.type === "order" && "order_number" in card);
}

/** Each order once, as it was shown last, newest first. */
export function ordersOf(log: Log): OrderCard[] {
  const latest = new Map<string, OrderCard>();
  for (const entry of log.entries) {
    if (entry.type !== "message") continue;
    for (const order of ordersIn(entry.message.cards ?? [])) {
      latest.delete(order.order_number);
      latest.set(order.order_number, order);
    }
  }
  return [...latest.values()].reverse();
}

/** Orders the packet names and no card shows: number and state are all that is known. */
export function furtherOrders(
  packet: readonly Record<string, unknown>[],
  shown: readonly OrderCard[],
): [string, string][] {
  const known = new Set(shown.map(({ order_number }) => order_number));
  return packet
    .map((order): [string, string] => [
      String(order["order_number"] ?? order["order_id"] ?? order["number"] ?? order["id"] ?? ""),
      readable(String(order["state"] ?? "")),
    ])
    .filter(([number]) => number !== "" && !known.has(number));
}

export function OrderLine({ order }: { order: OrderCard }): JSX.Element {
  const trouble = order.state === "delayed" || order.state === "lost";
  return (
    <div class="d-order">
      <Icon name="box" />
      <div>
        <strong>{order.order_number}</strong> {order.title}
        <p class={trouble ? "d-order-trouble" : "b-muted"}>
          {order.state_label}
          {order.date ? `, ${order.date_label.toLowerCase()} ${order.date_text ?? shortDate(order.date)}` : ""}
        </p>
        {order.link && isSafeAddress(order.link.url) ? (
          <a href={order.link.url} target="_blank" rel="noopener">
            {order.link.title}
          </a>
        ) : null}
      </div>
    </div>
  );
}
