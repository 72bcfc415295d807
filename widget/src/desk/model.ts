/** What the agents' contract adds to the shared types. */
import type { ConversationRow, ConversationState, Handoff, LoggedEvent } from "../shared/types";

export interface DeskCustomer {
  id: string;
  name?: string | null;
  email?: string | null;
  verified: boolean;
  conversations?: number;
}

export interface Row extends ConversationRow {
  customer: DeskCustomer;
  last_message_at: string | null;
  unanswered_since: string | null;
  wait_started_at: string | null;
  team: string | null;
  wanted_agent_id: string | null;
  labels: string[];
  snoozed_until: string | null;
  channel: string;
  created_at: string;
  updated_at: string;
}

export interface Draft {
  text: string;
  author: { id: string; name: string };
  updated_at: string;
}

export interface EarlierConversation {
  id: string;
  state: ConversationState;
  last_message: string | null;
  updated_at: string;
}

export interface Detail extends Row {
  handoff: Handoff | null;
  events: LoggedEvent[];
  draft: Draft | null;
  earlier: EarlierConversation[];
  contact_email: string | null;
  page_url: string | null;
  locale: string | null;
  customer_read_seq: number;
  agent_read_seq: number;
}

export type Counts = Partial<Record<ConversationState, number>>;

export interface RowList {
  items: Row[];
  counts: Counts;
}

export type PresenceStatus = "online" | "away" | "offline";

export interface AgentHere {
  id: string;
  name: string;
  teams: string[];
  status: PresenceStatus;
  capacity: number;
  since: string;
}

export interface Viewer {
  id: string;
  name: string;
  typing: boolean;
}

export interface Colleague {
  id: string;
  name: string;
  email: string;
  teams: string[];
  status: PresenceStatus;
  me: boolean;
}

export interface CannedReply {
  shortcut: string;
  title: string;
  text: string;
  filled: string;
}

export type Tab = "waiting" | "mine" | "all" | "closed";
