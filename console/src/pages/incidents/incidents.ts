/** Incidents as the API has them, and where a person may take one. */

export const STATUSES = ["new", "triaged", "fixing", "verified", "ignored"] as const;
export type IncidentStatus = (typeof STATUSES)[number];

export const NEXT: Record<IncidentStatus, IncidentStatus[]> = {
  new: ["triaged", "fixing", "verified", "ignored"],
  triaged: ["new", "fixing", "verified", "ignored"],
  fixing: ["triaged", "verified", "ignored"],
  verified: ["triaged", "fixing"],
  ignored: ["new", "triaged", "fixing"],
};

export interface HistoryEntry {
  at: string;
  by: string;
  action: string;
  reason?: string | null;
  trace_id?: string | null;
  from?: string | null;
  to?: string | null;
  [more: string]: unknown;
}

export interface Incident {
  id: string;
  title: string;
  label: string;
  labels: string[];
  agent: string;
  signature: string;
  severity: "low" | "medium" | "high" | "critical";
  status: IncidentStatus;
  regression: boolean;
  reopened_count: number;
  confidence: number;
  critical_step_seq: number;
  evidence_refs: number[];
  root_cause: string;
  representative_session_id: string;
  session_ids: string[];
  session_count: number;
  first_seen: string;
  last_seen: string;
  owner_id: string | null;
  pr_url: string | null;
  history: HistoryEntry[];
}

export interface IncidentPage {
  incidents: Incident[];
  total: number;
  next_cursor: string | null;
}

export interface FixAnswer {
  runner: string;
  fallback: boolean;
  fallback_reason: string | null;
  summary: string;
  plan: string[];
  diff: string;
  changed_files: string[];
  confidence: number;
  evidence_refs: number[];
  substitutions?: { kind: string; span_id?: string | null; value: unknown }[];
  pull_request?: { url?: string; html_url?: string; number?: number } | null;
  pull_request_reason?: string | null;
}

export interface RegressionRun {
  id: string;
  status: string;
  reason?: string | null;
  verified?: boolean;
  before_pass: number;
  before_fail: number;
  after_pass: number;
  after_fail: number;
  inconclusive: number;
  fallback?: boolean;
  created_at?: string;
  rows?: { session_id: string; before: string; after: string; why: string | null }[];
}

/** An event of a run, by its seq. */
export function eventAddress(run: string, seq: number): string {
  return `/runs/${encodeURIComponent(run)}?seq=${seq}`;
}
