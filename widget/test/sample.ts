/** Pieces of conversations for tests and pictures. */
import type { HelpResult, OrderCard } from "../src/shared/types";

export const orderCard: OrderCard = {
  type: "order",
  order_number: "1042",
  title: "Ridgeline 2 tent (blue)",
  state: "shipped",
  state_label: "On its way",
  step: 3,
  steps: ["Placed", "Packed", "On its way", "Delivered"],
  date_label: "Expected by",
  date: "2026-03-12",
  date_text: "Thursday 12 March",
  link: { title: "Track the parcel", url: "https://northway.example.com/track/NW570546171GB" },
};

export const articles: HelpResult[] = [
  {
    article_id: "return-policy",
    title: "Our return policy",
    url: "/help/return-policy",
    snippet: "You have 60 days from delivery to send back what you have not used, with its tags. The label is free.",
    score: 0.9,
  },
  {
    article_id: "return-in-store",
    title: "Return in a store",
    url: "/help/return-in-store",
    snippet: "Bring it to any of our four stores, whatever the channel you bought it through.",
    score: 0.7,
  },
];
