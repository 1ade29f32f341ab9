/** The live feed: server-sent events, read by fetch because EventSource cannot send a credential. */

import { send } from "./client";
import type { LedgerEvent } from "./types";

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

/** Call `onEvent` with what happens from now on, over interruptions, until the returned function is called. */
export function watch(
  filter: { session_id?: string; project_id?: string },
  onEvent: (event: LedgerEvent & { trace_id: string }) => void,
  onState: (live: boolean) => void,
): () => void {
  const ended = new AbortController();
  void follow();
  return () => ended.abort();

  async function follow(): Promise<void> {
    let last: string | undefined;
    let pause = FIRST_PAUSE;
    while (!ended.signal.aborted) {
      try {
        const answer = await send("/api/stream", {
          query: filter,
          headers: { Accept: "text/event-stream", ...(last ? { "Last-Event-ID": last } : {}) },
          signal: ended.signal,
        });
        onState(true);
        pause = FIRST_PAUSE;
        for await (const frame of frames(answer)) {
          last = frame.id ?? last;
          if (frame.data) onEvent(JSON.parse(frame.data));
        }
      } catch {
        if (ended.signal.aborted) return;
      }
      onState(false);
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }
}

interface Frame {
  id?: string;
  data: string;
}

async function* frames(answer: Response): AsyncGenerator<Frame> {
  if (!answer.body) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    yield* parts.map(read);
  }
}

function read(part: string): Frame {
  const frame: Frame = { data: "" };
  for (const line of part.split("\n")) {
    if (line.startsWith("id:")) frame.id = line.slice(3).trim();
    if (line.startsWith("data:")) frame.data += line.slice(5).trimStart();
  }
  return frame;
}
