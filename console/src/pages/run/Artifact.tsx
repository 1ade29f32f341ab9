/** A file of the run: pictures and recordings are shown, anything else is offered. The URL lives for five minutes. */

import { useQuery } from "@tanstack/react-query";
import { ask } from "../../api/client";
import { Failure } from "../../ui/states";

interface Signed {
  artifact_id: string;
  signed_url: string;
  content_type: string;
  filename: string;
}

export function Artifact({ payload }: { payload: Record<string, unknown> }) {
  const id = typeof payload.artifact_id === "string" ? payload.artifact_id : null;
  const file = useQuery({
    queryKey: ["artifact", id],
    queryFn: ({ signal }) => ask<Signed>(`/artifacts/${encodeURIComponent(id ?? "")}`, { query: { format: "json" }, signal }),
    enabled: id !== null,
    staleTime: 240_000,
  });
  if (!id) return <p className="soft">No file was kept.</p>;
  if (file.isError) return <Failure error={file.error} />;
  if (!file.data) return <p className="soft">Looking for the file…</p>;
  const { content_type: type = "", signed_url: url, filename } = file.data;
  return (
    <figure className="artifact">
      {type.startsWith("image/") && <img src={url} alt={`Recorded: ${filename}`} loading="lazy" />}
      {type.startsWith("video/") && <Recording url={url} map={payload.event_time_map as Record<string, number> | undefined} />}
      {type.startsWith("audio/") && <audio src={url} controls preload="none" />}
      <figcaption>
        <a href={url} rel="noreferrer" download={filename}>
          {filename}
        </a>
      </figcaption>
    </figure>
  );
}

/** A video with a button for each event that it shows: `map` says at which millisecond an event happened. */
function Recording({ url, map }: { url: string; map: Record<string, number> | undefined }) {
  const places = Object.entries(map ?? {}).slice(0, 200);
  return (
    <>
      <video src={url} controls preload="metadata" />
      {places.length > 0 && (
        <div className="row" role="group" aria-label="Jump to an event">
          {places.map(([seq, at]) => (
            <button
              key={seq}
              type="button"
              className="reference"
              onClick={(event) => {
                const video = event.currentTarget.closest("figure")?.querySelector("video");
                if (video) video.currentTime = at / 1_000;
              }}
            >
              #{seq}
            </button>
          ))}
        </div>
      )}
    </>
  );
}
