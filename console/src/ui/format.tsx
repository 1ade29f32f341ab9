/** Numbers, times and states as people read them. The exact value is always in the title. */

import type { Status } from "../api/types";

const number = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const day = new Intl.DateTimeFormat("en", { dateStyle: "medium" });
const clock = new Intl.DateTimeFormat("en", { timeStyle: "medium", hourCycle: "h23" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** 12,345 as 12.3K. */
export function short(value: number): string {
  return compact.format(value);
}

/** A part of one; null is not known. */
export function percent(value: number | null): string {
  return value === null ? "–" : `${(value * 100).toFixed(1)} %`;
}

export function Count({ value }: { value: number | null | undefined }) {
  if (value === null || value === undefined) return <span className="soft">–</span>;
  return <span title={number.format(value)}>{value >= 10_000 ? short(value) : number.format(value)}</span>;
}

/** US dollars; null is unpriced, which is not 0. */
export function dollars(value: number | null | undefined): string {
  if (value === null || value === undefined) return "unpriced";
  if (value !== 0 && Math.abs(value) < 0.01) return `$${value.toPrecision(2)}`;
  return `$${value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

export function Cost({ value }: { value: number | null | undefined }) {
  return (
    <span className={value === null || value === undefined ? "soft" : ""} title={value?.toString()}>
      {dollars(value)}
    </span>
  );
}

export function duration(milliseconds: number | null | undefined): string {
  if (milliseconds === null || milliseconds === undefined) return "–";
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1_000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function When({ at, exact = false }: { at: string | null | undefined; exact?: boolean }) {
  if (!at) return <span className="soft">–</span>;
  const moment = new Date(at);
  const text = exact ? `${day.format(moment)}, ${clock.format(moment)}` : ago(moment);
  return (
    <time dateTime={at} title={at}>
      {text}
    </time>
  );
}

function ago(moment: Date): string {
  const seconds = (moment.getTime() - Date.now()) / 1_000;
  const units: [Intl.RelativeTimeFormatUnit, number][] = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ];
  if (Math.abs(seconds) > 7 * 86_400) return day.format(moment);
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return "just now";
}

const TONES: Record<string, string> = {
  completed: "good",
  executed: "good",
  completed_with_approval: "good",
  approved: "good",
  verified: "good",
  improved: "good",
  pass: "good",
  ok: "good",
  allow: "good",
  running: "accent",
  in_progress: "accent",
  replaying: "accent",
  pending: "accent",
  requested: "accent",
  fixing: "accent",
  new: "warn",
  stale: "warn",
  warning: "warn",
  warn: "warn",
  expired: "warn",
  diverged: "warn",
  changed: "warn",
  suspended: "warn",
  revoked: "bad",
  active: "good",
  delivered: "good",
  inconclusive: "warn",
  approval_required: "warn",
  failed: "bad",
  fail: "bad",
  blocked: "bad",
  denied: "bad",
  deny: "bad",
  regressed: "bad",
  exceeded: "bad",
  high: "bad",
  critical: "bad",
  medium: "warn",
};

/** A state in its colour and its word: never by colour alone. */
export function State({ value }: { value: Status | string | null | undefined }) {
  if (!value) return null;
  return <span className={`badge ${TONES[value] ?? ""}`}>{value.replaceAll("_", " ")}</span>;
}

export function Labels({ values }: { values: string[] | undefined }) {
  return (
    <>
      {values?.map((value) => (
        <span key={value} className="badge bad">
          {value.replaceAll("_", " ")}
        </span>
      ))}
    </>
  );
}
