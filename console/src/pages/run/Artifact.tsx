/** A file of the run: pictures and recordings are shown, anything else is offered. The URL lives for five minutes. */

import { useQuery } from "@tanstack/react-query";
import { ask } from "../../api/client";
import { Failure } from "../../ui/states";

interface Signed {
  artifact_id: string;
  signed_url: string;
  content_type: string;
  filename: string;
  event_time_map?: Record<string, number>;
}

/** Where the file of a recorded id is. */
export function useArtifact(id: string | null) {
  return useQuery({
    queryKey: ["artifact", id],
    queryFn: ({ signal }) => ask<Signed>(`/artifacts/${encodeURIComponent(id ?? "")}`, { query: { format: "json" }, signal }),
    enabled: id !== null,
    staleTime: 240_000,
  });
}

export function Artifact({ payload }: { payload: Record<string, unknown> }) {
  const id = typeof payload.artifact_id === "string" ? payload.artifact_id : null;
  const file = useArtifact(id);
  if (!id) return <p className="soft">No file was kept.</p>;
  if (file.isError) return <Failure error={file.error} />;
  if (!file.data) return <p className="soft">Looking for the file…</p>;
  const { content_type: type = "", signed_url: url, filename } = file.data;
  return (
    <figure className="artifact">
      {type.startsWith("image/") && <img src={url} alt={`Recorded: ${filename}`} loading="lazy" />}
      {type.startsWith("video/") && <video src={url} controls preload="metadata" />}
      {type.startsWith("audio/") && <audio src={url} controls preload="none" />}
      <figcaption>
        <a href={url} rel="noreferrer" download={filename}>
          {filename}
        </a>
      </figcaption>
    </figure>
  );
}
