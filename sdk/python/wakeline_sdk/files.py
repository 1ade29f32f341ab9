"""Files of a run: sent in the background by a presigned upload, then recorded as an event."""

from __future__ import annotations

import base64
import mimetypes
import os
from pathlib import Path
from typing import Any

from .encode import stamp
from .state import client, current_span, quietly, running_trace


@quietly
def artifact(
    content: bytes | str | Path,
    *,
    filename: str | None = None,
    content_type: str | None = None,
    artifact_type: str = "attachment",
    event_type: str = "custom.artifact",
    **payload: Any,
) -> str | None:
    """Keep a file with the running trace; its id at once. Bytes are taken now, a path is read when it is sent.

    A path must stay until then. What the server does not take (type, size) is counted as rejected.
    """
    recorder, trace = client(), running_trace()
    if recorder is None or trace is None:
        return None
    path = None if isinstance(content, bytes) else Path(content)
    name = filename or (path.name if path is not None else "artifact")
    artifact_id = f"art_{os.urandom(13).hex()}"
    event: dict[str, Any] = {"type": event_type, "timestamp": stamp(), "payload": payload}
    if (inside := current_span.get()) is not None:
        event["parent_id"] = inside.id
    job: dict[str, Any] = {
        "artifact": {
            "artifact_id": artifact_id,
            "filename": name,
            "content_type": content_type or mimetypes.guess_type(name)[0] or "application/octet-stream",
            "artifact_type": artifact_type,
        },
        "event": event,
    }
    if isinstance(content, bytes):
        job["data"] = base64.b64encode(content).decode()
    else:
        job["path"] = str(path)
    recorder.artifact(trace.id, job)
    return artifact_id


def screenshot(content: bytes | str | Path, **payload: Any) -> str | None:
    """Keep a picture of what the agent saw: PNG, JPEG or WebP."""
    given = {"filename": "screenshot.png", **payload} if isinstance(content, bytes) else payload
    return artifact(content, artifact_type="screenshot", event_type="screenshot", **given)


def replay_artifact(
    content: bytes | str | Path, *, event_time_map: dict[str, int] | None = None, **payload: Any
) -> str | None:
    """Keep a recording. `event_time_map` says at which millisecond of it an event (by seq) happened."""
    said = {**payload, "event_time_map": event_time_map} if event_time_map else payload
    return artifact(
        content, artifact_type=said.pop("artifact_type", "screen_recording"), event_type="replay_artifact", **said
    )
