import { plainWords, toast } from "../shared/components";
import type { Why } from "./model";

export const WHY: Record<Why, string> = {
  low_confidence: "Not sure",
  clarified: "Asked back",
  failed: "Failed",
  offered_human: "Offered a person",
  escalated: "Passed on",
  unanswered: "No answer found",
};

/** The answer, or null after saying what went wrong. */
export async function attempt<Value>(doing: Promise<Value>): Promise<Value | null> {
  try {
    return (await doing) ?? null;
  } catch (reason) {
    toast(plainWords(reason), { tone: "attention" });
    return null;
  }
}
