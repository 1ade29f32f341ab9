/** The shapes of `/api/stats…`, and the way to them. */

import { useQuery } from "@tanstack/react-query";
import { ask, type Query } from "../../api/client";

/** What stands below `/api/stats`. */
export function useStats<T>(name: string, query: Query) {
  const path = `/api/stats${name}`;
  return useQuery({ queryKey: [path, query], queryFn: ({ signal }) => ask<T>(path, { query, signal }) });
}

interface Sums {
  sessions: number;
  tool_calls: number;
  tokens: number;
  cost: number | null;
  unpriced_calls: number;
}
export interface Totals {
  period_label: string;
  today: Sums;
  total: Sums;
  active_sessions: number;
}
export interface Daily {
  days: {
    date: string;
    sessions: number;
    tokens: number;
    cost: number | null;
    input_tokens: number;
    output_tokens: number;
    cache_read_tokens: number;
    cache_write_tokens: number;
  }[];
}
export interface Models {
  models: { name: string; tokens: number; cost: number | null }[];
}
export interface Projects {
  projects: { name: string; path: string; sessions: number; tokens: number; cost: number | null }[];
}
export interface Tools {
  tools: { name: string; count: number; success_rate: number; avg_duration_ms: number | null }[];
}
export interface ErrorStats {
  total_errors: number;
  error_rate: number;
  common_errors: { pattern: string; count: number }[];
}
export interface Efficiency {
  cache_hit_rate: number | null;
  cache_savings_usd: number | null;
  efficiency_by_model: { model: string; cache_hit_rate: number | null; cost: number | null }[];
}
export interface Patterns {
  categories: { name: string; count: number; percentage: number }[];
}
export interface Skills {
  skills: { name: string; count: number }[];
}
export interface Servers {
  servers: { name: string; count: number; tools: { name: string; count: number }[] }[];
}
export interface HeatmapStats {
  files: { path: string; reads: number; writes: number; edits: number; total: number }[];
  directories: { path: string; total: number }[];
}
export interface Budget {
  id: string;
  name: string;
  amount: number;
  period: "daily" | "weekly" | "monthly";
  warning_threshold: number;
  project: string;
}
export interface BudgetStatus extends Budget {
  current_spend: number;
  percentage: number;
  status: "ok" | "warning" | "exceeded";
}
