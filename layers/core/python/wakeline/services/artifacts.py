"""Artifacts: announce, upload, check what came, hand out, sweep, erase.

An artifact is noted as pending first, then its bytes go to S3, then it is marked stored: a process may die anywhere and
what is left is a pending artifact, which the arrival of its bytes or the sweep brings to an end. Whether its trace is
there is part of the first write, so deleting a trace and adding to it cannot miss one another.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from wakeline.domain import times
from wakeline.domain.artifacts.artifact import Artifact, Upload, Wanted, place_of
from wakeline.domain.artifacts.content import Inspector, fault_of
from wakeline.domain.artifacts.media_types import media_type
from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.errors import Conflict, Invalid, NotFound, UnsupportedMedia
from wakeline.domain.ids import is_id
from wakeline.domain.trace import Trace

from .artifact_ports import ArtifactStore, FileStore
from .ledger import KEPT
from .ports import LedgerStore

DOWNLOAD_S = 300
KEPT_PENDING = timedelta(days=1)
SWEPT_DAYS = 14
"""How far back the sweep looks. It runs hourly; only if it failed for two weeks on end would something be left."""


@dataclass(frozen=True, slots=True)
class Created:
    """`upload` is there while the bytes are awaited; `is_new` is False when the artifact was known."""

    artifact: Artifact
    upload: Upload | None
    is_new: bool


def create(
    store: ArtifactStore,
    files: FileStore,
    env: Env,
    caller: Caller,
    trace: Trace,
    artifact_id: str,
    wanted: Wanted,
    content: bytes | None,
) -> Created:
    """Store a file, or announce one: then `upload` says where to send it.

    The same id with the same request is the artifact that is there. Raises `UnsupportedMedia` for content that is not
    what it claims, `Invalid` when size or digest do not fit it, `Conflict` for another request under the same id.
    """
    if trace.is_hidden:
        raise Conflict(KEPT)
    if content is not None:
        wanted = _fitting(wanted, content)
    made = Artifact(
        workspace_id=trace.workspace_id,
        project_id=trace.project_id,
        trace_id=trace.id,
        id=artifact_id,
        filename=wanted.filename,
        content_type=wanted.media.name,
        artifact_type=wanted.artifact_type,
        size_bytes=wanted.size_bytes,
        sha256=wanted.sha256,
        status="pending",
        created_at=times.render(env.now()),
        created_by=caller.principal,
        request_digest=wanted.digest(trace.id),
        event_time_map=wanted.event_time_map,
    )
    found = store.create(made)
    artifact = found or made
    if artifact.request_digest != made.request_digest:
        raise Conflict(f"an artifact of the id {artifact_id} exists and is another", field="artifact_id")
    if artifact.status == "rejected":
        raise Conflict(f"the upload of this artifact was rejected: it {artifact.reason}", field="artifact_id")
    if artifact.status == "pending" and content is not None:
        files.put(artifact, content)
        artifact = _finished(store, files, replace(artifact, status="stored"))
    upload = files.upload(artifact) if artifact.status == "pending" else None
    return Created(artifact, upload, found is None)


def _fitting(wanted: Wanted, content: bytes) -> Wanted:
    digest = sha256(content).hexdigest()
    if len(content) != wanted.size_bytes:
        raise Invalid(f"size_bytes: the content has {len(content)} bytes", field="size_bytes")
    if wanted.sha256 not in (None, digest):
        raise Invalid("sha256: the content has another digest", field="sha256")
    fault = fault_of(content, wanted.media)
    if fault is not None:
        raise UnsupportedMedia(f"the content {fault}", field="content")
    return replace(wanted, sha256=digest)


def _finished(store: ArtifactStore, files: FileStore, artifact: Artifact) -> Artifact:
    """Bring a pending artifact to its end. One whose trace was deleted meanwhile leaves nothing behind."""
    if not store.finish(artifact):
        current = store.get(artifact.workspace_id, artifact.id)
        if current is None:
            files.delete(artifact.storage_path)
            raise NotFound("trace not found")
        artifact = current
    if artifact.status == "rejected":
        files.delete(artifact.storage_path)
    return artifact


def arrived(store: ArtifactStore, files: FileStore, path: str) -> Artifact | None:
    """Look at a file that came: an announced one that is what was announced is stored, any other is deleted.

    None for one that nobody announced, or that is gone. The same news twice changes nothing.
    """
    place = place_of(path)
    if place is None:
        return None
    artifact = store.get(*place)
    if artifact is None or artifact.storage_path != path:
        files.delete(path)
        return None
    if artifact.status == "stored":
        return artifact
    if artifact.status == "rejected":
        files.delete(path)
        return artifact
    pieces = files.read(path)
    if pieces is None:
        return None
    inspector = Inspector(media_type(artifact.content_type))
    for piece in pieces:
        inspector.feed(piece)
    ended = _judged(artifact, inspector)
    try:
        return _finished(store, files, ended)
    except NotFound:
        return None


def _judged(artifact: Artifact, inspector: Inspector) -> Artifact:
    reason = inspector.fault()
    if inspector.size != artifact.size_bytes:
        reason = f"has {inspector.size} bytes, not {artifact.size_bytes}"
    elif artifact.sha256 not in (None, inspector.sha256):
        reason = "has another SHA-256"
    if reason is not None:
        return replace(artifact, status="rejected", reason=reason)
    return replace(artifact, status="stored", sha256=inspector.sha256)


def get(store: ArtifactStore, ledger: LedgerStore, caller: Caller, artifact_id: str) -> Artifact:
    """A stored artifact of a trace that the caller sees. Raises `NotFound`, or `Conflict` when it is not stored."""
    artifact = store.get(caller.workspace_id, artifact_id) if is_id(artifact_id) else None
    trace = ledger.head(caller.workspace_id, artifact.trace_id) if artifact is not None else None
    if artifact is None or not caller.sees(trace):
        raise NotFound("artifact not found")
    if artifact.status == "pending":
        raise Conflict("the artifact was announced and has not been uploaded yet")
    if artifact.status == "rejected":
        raise Conflict(f"the upload of this artifact was rejected: it {artifact.reason}")
    return artifact


def sweep(
    store: ArtifactStore, files: FileStore, now: datetime, failed: Callable[[Artifact, Exception], None]
) -> tuple[int, int]:
    """Bring uploads to an end that were announced more than a day ago: (how many were there after all, how many went).

    One that fails is handed to `failed`, and the others go on.
    """
    stored = removed = 0
    oldest = times.sortable(times.render(now - KEPT_PENDING))
    for days in range(SWEPT_DAYS, 0, -1):
        for artifact in store.unfinished((now - timedelta(days=days)).date().isoformat()):
            if times.sortable(artifact.created_at) > oldest:
                continue
            try:
                ended = arrived(store, files, artifact.storage_path)
                if ended is not None and ended.status != "rejected":
                    # One that is pending still is being ended by another worker.
                    stored += ended.status == "stored"
                    continue
                files.delete(artifact.storage_path)
                store.delete(artifact)
                removed += 1
            except Exception as error:
                failed(artifact, error)
    return stored, removed


def erase(store: ArtifactStore, files: FileStore, workspace_id: str, trace_id: str) -> int:
    """Delete the artifacts of a deleted trace, bytes first; how many there were. Goes on where an earlier call died."""
    count = 0
    for artifact in store.of_trace(workspace_id, trace_id):
        files.delete(artifact.storage_path)
        store.delete(artifact)
        count += 1
    return count
