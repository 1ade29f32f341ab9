/** What a tool does to a file, as a diff: recorded, or told by the tool's own arguments. */

type Said = Record<string, unknown>;

interface Hunk {
  oldStart?: number;
  newStart?: number;
  lines?: string[];
}

/** The recorded patch: a unified diff, or Claude Code's hunks. */
export function patchOf(payload: Said): string | null {
  const patch = payload.diff ?? payload.patch;
  if (typeof patch === "string") return patch;
  const hunks = (payload.structured_patch ?? payload.structuredPatch ?? patch) as Hunk[] | undefined;
  if (!Array.isArray(hunks) || hunks.length === 0) return null;
  return hunks.map((hunk) => [`@@ -${hunk.oldStart ?? "?"} +${hunk.newStart ?? "?"} @@`, ...(hunk.lines ?? [])].join("\n")).join("\n");
}

/** What an editing tool was told to take out and put in; null of any other tool. */
export function editOf(call: Said): string | null {
  const told = (call.arguments ?? call.input) as Said | undefined;
  if (!told || typeof told !== "object") return null;
  if (Array.isArray(told.edits)) {
    const parts = (told.edits as Said[]).map(replaced);
    return parts.every((part) => part !== null) ? parts.join("\n") : null;
  }
  return replaced(told) ?? (isWrite(call, told) ? signed("+", told.content as string) : null);
}

function isWrite(call: Said, told: Said): boolean {
  return typeof told.content === "string" && typeof told.file_path === "string" && /write|create/i.test(String(call.tool_name ?? call.name ?? ""));
}

function replaced(told: Said): string | null {
  if (typeof told.old_string !== "string" || typeof told.new_string !== "string") return null;
  const before = told.old_string === "" ? [] : told.old_string.split("\n");
  const after = told.new_string === "" ? [] : told.new_string.split("\n");
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return [
    "@@ @@",
    ...before.slice(0, head).map((line) => ` ${line}`),
    ...before.slice(head, before.length - tail).map((line) => `-${line}`),
    ...after.slice(head, after.length - tail).map((line) => `+${line}`),
    ...before.slice(before.length - tail).map((line) => ` ${line}`),
  ].join("\n");
}

function signed(sign: string, text: string): string {
  return text.replace(/\n$/, "").split("\n").map((line) => sign + line).join("\n");
}
