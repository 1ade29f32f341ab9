/** The shapes of the API that the console reads. Times are ISO 8601, costs US dollars, durations as their names say. */

export type Status = "running" | "completed" | "failed" | "stale";

export interface Session {
  id: string;
  summary: string;
  user_goal: string | null;
  author: string;
  repo: string;
  project: string;
  project_name: string;
  project_id: string | null;
  branch: string;
  agent: string | null;
  environment: string | null;
  tool: string;
  model: string;
  models: string[];
  status: Status;
  outcome: string | null;
  started_at: string;
  ended_at: string | null;
  updated_at: string;
  duration_secs: number | null;
  cost: number | null;
  total_tokens: number;
  input_tokens: number;
  output_tokens: number;
  cache_read_tokens: number;
  cache_write_tokens: number;
  event_count: number;
  message_count: number;
  tool_call_count: number;
  tool_error_count: number;
  error_count: number;
  subagent_count: number;
  compaction_count: number;
  additions: number;
  deletions: number;
  tags: string[];
  labels: string[];
  notes: string | null;
  parent_trace_id: string | null;
}

export interface SessionPage {
  sessions: Session[];
  total: number;
  total_exact?: boolean;
  next_cursor: string | null;
}

/** An event of an outline: of its payload and metadata what names and measures it. */
export interface OutlinedEvent {
  index: number;
  seq: number;
  id: string;
  type: string;
  timestamp: string;
  span_id: string | null;
  parent_id: string | null;
  payload: Record<string, unknown> | null;
  metadata: Record<string, unknown> | null;
}

/** An event in full. */
export interface LedgerEvent extends OutlinedEvent {
  received_at: string;
  actor: { type: string; name: string } | null;
  integrity_hash: string;
  prev_hash: string;
}

export interface EventPage {
  events: LedgerEvent[];
  next_cursor: string | null;
}

export interface OutlinePart {
  events: OutlinedEvent[];
  next_index: number | null;
}

export interface Verification {
  trace_id: string;
  valid: boolean;
  event_count: number;
  first_invalid_event?: string;
  reason?: string;
  head_hash: string;
  verified_at: string;
}

export interface Detection {
  label: string;
  confidence: number;
  critical_step_seq: number | null;
  evidence_refs: number[];
  explanation: string;
}

export interface Analysis {
  trace_id: string;
  labels: string[];
  confidence: number;
  critical_step_seq: number | null;
  root_cause: string | null;
  detections: Detection[];
  detector_version: string;
  head_hash: string;
}
