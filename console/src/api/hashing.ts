/** Canonical JSON and SHA-256, as the ledger and the digests use them, with the browser's own cryptography. */

export type Bytes = Uint8Array<ArrayBuffer>;

/** RFC 8785. JSON.stringify writes strings and numbers as it asks; what is left is the order of members, by UTF-16. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export function joined(prefix: number[], ...parts: Bytes[]): Bytes {
  const found = new Uint8Array(prefix.length + parts.reduce((sum, part) => sum + part.length, 0));
  found.set(prefix);
  let at = prefix.length;
  for (const part of parts) {
    found.set(part, at);
    at += part.length;
  }
  return found;
}

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text) as Bytes;
}

export function base64(text: string): Bytes {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** A hash as the API spells it. */
export function spelled(hash: Bytes): string {
  return `sha256:${Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export function bytesOf(hash: string): Bytes {
  return Uint8Array.from(hash.replace("sha256:", "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
