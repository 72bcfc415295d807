/** What the editors' routes tell. */

export type ReviewStatus = "open" | "labelled" | "dismissed";
export type Why = "low_confidence" | "clarified" | "failed" | "offered_human" | "escalated" | "unanswered";

export interface Guess {
  name: string | null;
  confidence: number | null;
}
export interface Heard {
  id: string;
  conversation_id: string;
  seq: number;
  text: string;
  at: string;
  intents: Guess[];
  outcome: string;
  model_id: string | null;
  why: Why[];
  status: ReviewStatus;
  marked: { intent: string | null; by: { id: string; name: string }; at: string } | null;
}

export interface IntentRow {
  name: string;
  file: string;
  examples: number;
  version: string;
}
export interface Intent {
  name: string;
  file: string;
  examples: string[];
  version: string;
}

export interface ArticleProblem {
  line: number;
  what: string;
  mend: string;
}
export interface ArticleRow {
  id: string;
  topic: string;
  version: string;
  title: string;
  audience: string | null;
  tags: string[];
  questions: string[];
  updated: string | null;
  problems: ArticleProblem[];
}
export interface Article extends ArticleRow {
  content: string;
}
export interface IndexState {
  status: "running" | "failed" | "current";
  error: string | null;
  finished_at: string | null;
}

export interface HeldOut {
  accuracy: number;
  examples: number;
  per_intent: Record<string, number>;
  confused: [right: string, taken: string, times: number][];
}
export interface Gate {
  passed: boolean;
  reasons: string[];
  fallen: Record<string, number>;
}
export interface Metrics {
  accuracy?: number;
  intents?: number;
  held_out?: HeldOut;
  gate?: Gate;
}
export interface ContentProblem {
  file?: string;
  line?: number | null;
  message: string;
  severity?: string;
}
export interface Training {
  id: string;
  status: "running" | "done" | "failed";
  stage: string;
  share: number;
  message: string;
  started_at: string;
  started_by: string;
  updated_at: string;
  finished_at: string | null;
  model_id: string | null;
  passed_gate: boolean | null;
  metrics: Metrics;
  warnings: string[];
  error: { code: string; message: string; details: { problems?: ContentProblem[]; log?: string } } | null;
  steps: { at: string; stage: string; share: number; message: string }[];
}

export interface ModelRow {
  id: string;
  status: "candidate" | "live" | "previous";
  created_at: string;
  size: number;
  passed_gate: boolean;
  metrics: Metrics;
}
export interface Difference {
  text: string;
  a: { intent: string | null; confidence: number };
  b: { intent: string | null; confidence: number };
}
export interface Comparison {
  a: string;
  b: string;
  messages: number;
  same: number;
  different: Difference[];
}
