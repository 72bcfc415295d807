/** Codes of the contract in words for staff. A code that is not known is shown readably, never hidden. */
const REASONS: Record<string, string> = {
  customer_request: "Asked for a person",
  frustration: "Frustrated",
  repeated_misunderstanding: "Not understood several times",
  missing_knowledge: "No answer in the knowledge base",
  unsupported_request: "The assistant cannot do this",
  policy: "A person has to decide",
  tool_failure: "A system did not answer",
  sensitive_topic: "Sensitive topic",
  bot_failure: "The assistant failed",
};

export const OUTCOMES: Record<string, string> = {
  resolved: "Solved",
  unresolved: "Could not be solved",
  no_reply: "The customer left",
  spam: "Not a real question",
};

export const reasonWords = (code: string): string => REASONS[code] ?? readable(code);
export const outcomeWords = (code: string): string => OUTCOMES[code] ?? readable(code);

/** "ask_return_policy" -> "Return policy". */
export function intentWords(name: string): string {
  return readable((name.split("/").at(-1) ?? name).replace(/^ask_/, ""));
}

/** "order_number" -> "Order number". */
export function readable(code: string): string {
  const words = code.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function percent(share: number): string {
  return `${Math.round(Math.min(1, Math.max(0, share)) * 100)} %`;
}
