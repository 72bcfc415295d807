/** The outer contracts as the browser sees them: events, socket frames, conversations, the handover packet. */

export type ConversationState = "bot" | "queued" | "agent" | "offline" | "closed";
export type AuthorKind = "customer" | "bot" | "agent" | "system";
export type Priority = "low" | "normal" | "high" | "urgent";
export type Reason =
  | "customer_request"
  | "frustration"
  | "repeated_misunderstanding"
  | "missing_knowledge"
  | "unsupported_request"
  | "policy"
  | "tool_failure"
  | "sensitive_topic"
  | "bot_failure";

export interface Author {
  kind: AuthorKind;
  name?: string | null;
}

export interface QuickReply {
  title: string;
  payload: string;
}

export interface Source {
  title: string;
  url: string;
}

export interface Link {
  title: string;
  url: string;
}

/** Where an order is, in the shop's own words. */
export type OrderState =
  | "placed"
  | "paid"
  | "packed"
  | "partly_shipped"
  | "shipped"
  | "delayed"
  | "out_for_delivery"
  | "delivered"
  | "lost"
  | "returned"
  | "refunded"
  | "cancelled";

/**
 * One order in a bot's answer. `step` counts from 1 in `steps`; `date` is a day ('YYYY-MM-DD'), `date_text` the same in
 * words, `date_label` says what happens then.
 */
export interface OrderCard {
  type: "order";
  order_number: string;
  title: string;
  state: OrderState;
  state_label: string;
  step: number;
  steps: string[];
  date_label: string;
  date: string | null;
  date_text: string | null;
  link: Link | null;
}

/** Cards of a kind this build does not know are skipped, never guessed at. */
export type Card = OrderCard | { type: string };

export interface Attachment {
  name: string;
  url: string;
  content_type?: string;
  size?: number;
}

export interface MessageEvent {
  kind: "message";
  message_id: string;
  client_message_id?: string | null;
  author: Author;
  text: string;
  quick_replies?: QuickReply[];
  sources?: Source[];
  cards?: Card[];
  attachments?: Attachment[];
}

export interface QueuePlace {
  position: number;
  eta_seconds?: number | null;
}

export interface StateEvent {
  kind: "state";
  from: ConversationState;
  to: ConversationState;
  reason?: string | null;
  queue?: QueuePlace | null;
  agent?: { name: string } | null;
}

export interface QueueEvent extends QueuePlace {
  kind: "queue";
}

export interface ReadEvent {
  kind: "read";
  by: AuthorKind;
  seq: number;
}

export interface MessageEditedEvent {
  kind: "message_edited";
  message_id: string;
  text: string;
}

export interface MessageDeletedEvent {
  kind: "message_deleted";
  message_id: string;
}

export type FeedbackKind = "csat" | "nps" | "ces";

export interface FeedbackRequestEvent {
  kind: "feedback_request";
  feedback?: FeedbackKind;
}

/** Staff only: these are never sent to a customer's socket. */
export interface NoteEvent {
  kind: "note";
  note_id: string;
  author: { id: string; name: string };
  text: string;
}
export interface TurnEvent {
  kind: "turn";
  turn_id: string;
  covers: number[];
  intents: { seq: number; name: string; confidence: number }[];
  sentiment: { seq: number; frustration: number; urgency?: number }[];
  outcome: "answered" | "clarified" | "offered_human" | "escalated" | "failed";
  model_id: string | null;
  failed_attempts: number;
}
export interface LabelsEvent {
  kind: "labels";
  labels: string[];
  by: unknown;
}
export interface PriorityEvent {
  kind: "priority";
  priority: Priority;
  by: unknown;
}
export interface SnoozeEvent {
  kind: "snooze";
  until: string | null;
  by: unknown;
}
export interface AssignmentEvent {
  kind: "assignment";
  agent: { id: string; name: string } | null;
  why?: string;
  team?: string | null;
  before?: { id: string; name: string };
}
export interface ResolutionEvent {
  kind: "resolution";
  outcome: string;
  comment: string | null;
  by: unknown;
}
export interface FeedbackEvent {
  kind: "feedback";
  score: number;
  comment: string | null;
}

export type CustomerEvent =
  MessageEvent | StateEvent | QueueEvent | ReadEvent | MessageEditedEvent | MessageDeletedEvent | FeedbackRequestEvent;

export type StaffEvent =
  NoteEvent | TurnEvent | LabelsEvent | PriorityEvent | SnoozeEvent | AssignmentEvent | ResolutionEvent | FeedbackEvent;

export type ConversationEvent = CustomerEvent | StaffEvent;

/** One row of the log. `conversation_id` is there on the staff socket, which carries many conversations. */
export interface LoggedEvent {
  seq: number;
  at: string;
  event: ConversationEvent;
  conversation_id?: string;
}

export interface WelcomeFrame {
  type: "welcome";
  conversation_id?: string;
  state?: ConversationState;
  last_seq?: number;
  agent?: { name: string } | null;
}
export interface EventFrame extends LoggedEvent {
  type: "event";
}
export interface AckFrame {
  type: "ack";
  client_message_id: string;
  message_id: string;
  seq: number;
  duplicate: boolean;
}
export interface TypingFrame {
  type: "typing";
  by: "bot" | "agent" | "customer";
  active: boolean;
  conversation_id?: string;
  name?: string;
}
export interface ErrorFrame {
  type: "error";
  code: string;
  message: string;
  client_message_id?: string;
  retry_after?: number;
}
export type ServerFrame =
  | WelcomeFrame
  | EventFrame
  | AckFrame
  | TypingFrame
  | ErrorFrame
  | { type: "resync"; conversation_id?: string }
  | { type: "pong" };

/** A frame with a `client_message_id` is acknowledged by the server, and kept until it is. */
export type AcknowledgedFrame =
  | { type: "message"; client_message_id: string; text: string; payload?: string }
  | { type: "request_human"; client_message_id: string };

export type CustomerFrame =
  | AcknowledgedFrame
  | { type: "typing"; active: boolean }
  | { type: "read"; seq: number }
  | { type: "back_to_bot" }
  | { type: "end" }
  | { type: "feedback"; kind: FeedbackKind; score: number; comment?: string };

export interface Customer {
  id: string;
  name?: string | null;
  email?: string | null;
  verified: boolean;
}

export interface Session {
  session_token: string;
  conversation_id: string;
  state: ConversationState;
  last_seq: number;
  customer: Customer;
  expires_at: string;
}

export interface HelpResult {
  article_id: string;
  title: string;
  url: string;
  snippet: string;
  score: number;
}

export type Role = "agent" | "editor" | "admin";

export interface StaffUser {
  id: string;
  name: string;
  email: string;
  role: Role;
}

export interface Handoff {
  reason: Reason;
  evidence: { seq: number; quote: string; signal: string; value: number | string }[];
  summary: string;
  intents: { seq: number; name: string; confidence: number }[];
  sentiment: { seq: number; frustration: number; urgency?: number }[];
  failed_attempts: number;
  slots: Record<string, unknown>;
  orders: Record<string, unknown>[];
  customer: Customer;
  priority: Priority;
  team: string | null;
  wait_started_at: string | null;
}

export interface ConversationRow {
  id: string;
  state: ConversationState;
  customer: Customer;
  reason: Reason | null;
  priority: Priority;
  waiting_seconds: number | null;
  position: number | null;
  assignee: { id: string; name: string } | null;
  last_message: string | null;
  last_seq: number;
  unread: number;
}

export interface ConversationDetail extends ConversationRow {
  handoff: Handoff | null;
  events: LoggedEvent[];
}

export interface Page<Item> {
  items: Item[];
}
