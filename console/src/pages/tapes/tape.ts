/** A published run, and whether it is what was recorded: checked by whoever reads it (docs/tapes.md). */

import { type Bytes, bytesOf, canonical, joined, sha256, spelled, utf8 } from "../../api/hashing";
import type { LedgerEvent } from "../../api/types";

export interface Tape {
  slug: string;
  url: string;
  trace_id: string;
  title: string;
  created_at: string;
  expires_at: string | null;
  expired: boolean;
  event_count: number;
  head_hash: string;
  redactions: number;
}

export interface TapeEvent extends LedgerEvent {
  trace_id: string;
  payload_salt: string | null;
  payload_digest: string;
  redacted: boolean;
  envelope_redacted: boolean;
}

export interface Published {
  slug: string;
  title: string;
  created_at: string;
  expires_at: string | null;
  event_count: number;
  head_hash: string;
  redactions: Record<string, number>;
  trace: {
    id: string;
    name: string | null;
    user_goal: string | null;
    agent: string | null;
    status: string;
    started_at: string | null;
    ended_at: string | null;
    models: string[];
    total_tokens: number | null;
    cost_usd: number | null;
  };
  events: TapeEvent[];
}

export interface Checked {
  valid: boolean;
  /** Verified in full; by its digest, where the content was taken out; by its place, where more was. */
  whole: number;
  byDigest: number;
  byPlace: number;
  reason?: string;
}

const BESIDE = new Set(["trace_id", "payload", "metadata", "payload_salt", "prev_hash", "integrity_hash", "redacted", "envelope_redacted"]);

export async function check({ events, head_hash }: Pick<Published, "events" | "head_hash">): Promise<Checked> {
  const found = { whole: 0, byDigest: 0, byPlace: 0 };
  const broken = (reason: string): Checked => ({ valid: false, ...found, reason });
  let last: string | null = null;
  for (const [index, event] of events.entries()) {
    if (event.index !== index || (last !== null && event.prev_hash !== last)) return broken(`Event ${index} does not follow the one before.`);
    last = event.integrity_hash;
    if (event.envelope_redacted) {
      found.byPlace += 1;
      continue;
    }
    if (spelled(await envelopeHash(event)) !== event.integrity_hash) return broken(`Event ${index} is not what was hashed.`);
    if (event.payload_salt === null) {
      found.byDigest += 1;
      continue;
    }
    const content = utf8(canonical({ metadata: event.metadata, payload: event.payload }));
    if (spelled(await sha256(joined([], bytesOf(event.payload_salt), content))) !== event.payload_digest) return broken(`The content of event ${index} is not what was hashed.`);
    found.whole += 1;
  }
  if (last !== null && last !== head_hash) return broken("The end is missing.");
  return { valid: true, ...found };
}

function envelopeHash(event: TapeEvent): Promise<Bytes> {
  const envelope = Object.fromEntries(Object.entries(event).filter(([name, value]) => !BESIDE.has(name) && value !== null));
  return sha256(joined([0], bytesOf(event.prev_hash), utf8(canonical(envelope))));
}

/** Where anybody reads a tape, in this console. */
export function tapeAddress(slug: string): string {
  return `/tape/${encodeURIComponent(slug)}`;
}
