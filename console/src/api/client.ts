/** The API as the console asks it: one function, typed by what the caller expects, errors as the API words them. */

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Ask {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Query;
  body?: unknown;
  /** A body that is sent as it is, with its type. */
  raw?: { type: string; text: string };
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** One thing that is wrong with a request; `line` counts from 1, where a document was sent. */
export interface Detail {
  field?: string;
  line?: number | null;
  message: string;
}

/** What the API refused, in its own words. `field` names the part of the request that is meant. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string | null,
    readonly details: Detail[] = [],
  ) {
    super(message);
  }
}

let token: string | null = null;
let refused: () => void = () => undefined;

/** Whom to ask as. `onRefused` is called when the credential is not taken any more. */
export function setCredential(credential: string | null, onRefused: () => void): void {
  token = credential;
  refused = onRefused;
}

export function address(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}

/** Send a request; the answer is as it came. Throws `ApiError`. */
export async function send(path: string, ask: Ask = {}): Promise<Response> {
  const headers: Record<string, string> = { ...ask.headers };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (ask.raw) headers["Content-Type"] = ask.raw.type;
  else if (ask.body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(address(path, ask.query), {
    method: ask.method ?? "GET",
    headers,
    body: ask.raw?.text ?? (ask.body === undefined ? undefined : JSON.stringify(ask.body)),
    signal: ask.signal ?? null,
  });
  if (answer.ok) return answer;
  if (answer.status === 401) refused();
  throw await failure(answer);
}

/** Send a request; the answer's JSON. */
export async function ask<T>(path: string, given: Ask = {}): Promise<T> {
  const answer = await send(path, given);
  return (answer.status === 204 ? null : await answer.json()) as T;
}

/** Save an answer as a file, under the name that it bears. */
export async function download(path: string, query: Query, name: string): Promise<void> {
  const answer = await send(path, { query });
  const said = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = said?.[1] ?? name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function failure(answer: Response): Promise<ApiError> {
  const id = answer.headers.get("x-request-id");
  try {
    const { error } = (await answer.json()) as {
      error: { code: string; message: string; details?: Detail[] };
    };
    return new ApiError(answer.status, error.code, error.message, id, error.details);
  } catch {
    return new ApiError(answer.status, "unknown", `The server answered ${answer.status}.`, id);
  }
}
