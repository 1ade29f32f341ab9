/** Forks as the API has them. */

export type ForkStatus = "created" | "replaying" | "completed" | "diverged" | "failed";

export interface Fork {
  id: string;
  trace_id: string;
  span_id: string;
  fork_point_index: number;
  fork_trace_id: string;
  status: ForkStatus;
  reason: string | null;
  engine: string | null;
  progress: { done: number; total: number; unrecorded: number };
  created_at: string;
  created_by: string;
  substitutions?: Substitution[];
}

/** A fork whose replay began; of a runner without a secret, the one that was made for it. */
export interface Begun extends Fork {
  runner_secret?: string;
}

export interface Substitution {
  kind: Kind;
  span_id?: string | null;
  value: unknown;
}

export const KINDS = ["tool_output", "message", "prompt", "model", "temperature", "parameters"] as const;
export type Kind = (typeof KINDS)[number];

export const SAYS: Record<Kind, string> = {
  tool_output: "what the step came to: text or JSON",
  message: "what the user says instead",
  prompt: "the system prompt or the input of the model calls",
  model: "the model that is asked",
  temperature: "a number from 0 to 2",
  parameters: "a JSON object of model parameters",
};

export interface Side {
  position: number;
  span_id: string | null;
  id: string;
  span_type: string;
  name: string | null;
  unrecorded: boolean;
  model?: string | null;
  input?: unknown;
  output?: unknown;
  error?: unknown;
}

export interface Step {
  position: number;
  change: "same" | "changed" | "added" | "removed" | "regressed";
  moved: boolean;
  kind: string;
  name: string | null;
  original: Side | null;
  fork: Side | null;
  fields: string[];
}

export interface Comparison {
  fork_id: string;
  original_trace_id: string;
  fork_trace_id: string;
  identical: boolean;
  first_divergence: { position: number; span_id: string | null; change: string; kind: string; name: string | null; fields: string[] } | null;
  steps: Step[];
  steps_total: number;
  next_offset: number | null;
  verdict: "improved" | "regressed" | "unchanged" | "inconclusive";
  findings: Record<string, string[]>;
  totals: Record<string, unknown>;
}

/** A value as a substitution takes it: JSON where the kind wants some, or where it can be read as some. */
export function valueOf(kind: Kind, text: string): unknown {
  if (kind === "temperature") return Number(text);
  if (kind === "parameters") return JSON.parse(text);
  if (kind !== "tool_output") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
