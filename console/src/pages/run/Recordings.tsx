/** Recordings that know when each event happened: the video and the run follow one another. */

import { useEffect, useMemo, useRef } from "react";
import { Failure } from "../../ui/states";
import { useArtifact } from "./Artifact";
import { type Events, isWhole, type Run } from "./run";

interface Props {
  run: Run;
  events: Events;
  selected: number | null;
  onSelect: (index: number) => void;
}

const TIMED = new Set(["replay_artifact", "screenshot", "custom.artifact"]);

export function Recordings({ run, events, selected, onSelect, need }: Props & { need: (index: number) => void }) {
  const timed = useMemo(
    () => events.flatMap((event) => (event && TIMED.has(event.type) && event.payload?.event_time_map && event.payload.artifact_id ? [event.index] : [])),
    [events, run],
  );

  useEffect(() => {
    for (const index of timed) if (!isWhole(events[index])) need(index);
  }, [timed, events, need]);

  return (
    <>
      {timed.map((index) => {
        const event = events[index];
        return (
          isWhole(event) && (
            <Recording
              key={event.id}
              artifact={String(event.payload?.artifact_id)}
              map={event.payload?.event_time_map as Record<string, number>}
              run={run}
              events={events}
              selected={selected}
              onSelect={onSelect}
            />
          )
        );
      })}
    </>
  );
}

interface Place {
  index: number;
  /** Seconds. */
  at: number;
}

/** The events of a map from seqs, or ids of events or spans, to milliseconds; by their time. */
export function placesOf(map: Record<string, number>, run: Run): Place[] {
  const found = Object.entries(map).flatMap(([name, milliseconds]) => {
    const index = run.byId.get(name) ?? run.bySeq.get(Number(name));
    return index === undefined ? [] : [{ index, at: milliseconds / 1_000 }];
  });
  return found.sort((a, b) => a.at - b.at);
}

function Recording({ artifact, map, run, events, selected, onSelect }: Props & { artifact: string; map: Record<string, number> }) {
  const file = useArtifact(artifact);
  const video = useRef<HTMLVideoElement>(null);
  // The event that the video itself has come to: selecting it must not move the video back to its beginning.
  const reached = useRef<number | null>(null);
  const places = useMemo(() => placesOf(map, run), [map, run]);

  useEffect(() => {
    const place = places.find(({ index }) => index === selected);
    if (place && video.current && reached.current !== selected) video.current.currentTime = place.at;
    reached.current = null;
  }, [selected, places]);

  function follow() {
    const time = video.current?.currentTime ?? 0;
    const here = places.findLast(({ at }) => at <= time + 0.05);
    if (here && here.index !== selected) {
      reached.current = here.index;
      onSelect(here.index);
    }
  }

  if (file.isError) return <Failure error={file.error} />;
  if (!file.data) return null;
  return (
    <section className="card recording" aria-label={`Recording ${file.data.filename}`}>
      <h2>Recording</h2>
      <video ref={video} src={file.data.signed_url} controls preload="metadata" onTimeUpdate={follow} />
      <div className="row places" role="group" aria-label="Jump to an event">
        {places.slice(0, 300).map(({ index, at }) => (
          <button key={index} type="button" className="reference" aria-pressed={index === selected} onClick={() => onSelect(index)}>
            {Math.floor(at / 60)}:{String(Math.floor(at % 60)).padStart(2, "0")} #{events[index]?.seq}
          </button>
        ))}
      </div>
    </section>
  );
}
