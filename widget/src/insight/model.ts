/** The figures as `/insight` tells them: each with what was counted, out of what, and what it means. */

export interface Figure {
  value: number | null;
  numerator: number;
  denominator: number;
  note: string;
}
export interface Durations extends Figure {
  median_seconds: number | null;
  p90_seconds: number | null;
}
export interface Ratings extends Figure {
  count: number;
  satisfied: number;
  distribution: Record<string, number>;
}
export interface ReasonRow {
  reason: string;
  count: number;
  share: number;
  claimed: number;
  waiting_median_seconds: number | null;
  csat_average: number | null;
  csat_count: number;
}
export interface Day {
  date: string;
  conversations: number;
  ended: number;
  contained: number;
  containment: number | null;
  escalated: number;
  abandoned: number;
  csat_average: number | null;
  csat_count: number;
  waiting_median_seconds: number | null;
  handling_median_seconds: number | null;
}
export interface Summary {
  from: string;
  to: string;
  timezone: string;
  generated_at: string;
  conversations: Figure;
  containment: Figure;
  escalations: Figure;
  csat: Ratings;
  nps: Figure;
  ces: Figure;
  waiting: Durations;
  handling: Durations;
  first_response_bot: Durations;
  first_response_agent: Durations;
  first_contact_resolution: Figure;
  abandoned: Figure;
  reasons: ReasonRow[];
  daily: Day[];
}
export interface Run {
  conversation_id: string;
  run: number;
  channel: string;
  first_customer_at: string;
  ended_at: string | null;
  closed_by: string | null;
  outcome: string | null;
  contained: boolean;
  escalated: boolean;
  reason: string | null;
  waiting_seconds: number | null;
  handling_seconds: number | null;
  agent: string | null;
  customer_messages: number;
  csat: number | null;
  abandoned: boolean;
}

export type Only = "contained" | "escalated" | "abandoned" | "rated";

/** Days as `YYYY-MM-DD`, both included, in UTC as the server counts. */
export interface Range {
  from: string;
  to: string;
}
