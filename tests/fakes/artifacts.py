"""Artifacts in memory: `ArtifactStore` and `FileStore` with the conditions of the real ones, each call atomic."""

import threading
from collections.abc import Iterator

from wakeline.domain.artifacts.artifact import Artifact, Upload
from wakeline.domain.errors import NotFound

from .ledger import MemoryLedger


class MemoryArtifacts:
    """Artifacts by (workspace, id), of traces in a `MemoryLedger`."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self.lock = threading.RLock()
        self.stored: dict[tuple[str, str], Artifact] = {}
        self._ledger = ledger

    def create(self, artifact: Artifact) -> Artifact | None:
        with self.lock:
            trace = self._ledger.head(artifact.workspace_id, artifact.trace_id)
            found = self.stored.get((artifact.workspace_id, artifact.id))
            if found is not None:
                return found
            if trace is None or trace.deleted is not None:
                raise NotFound("trace not found")
            self.stored[artifact.workspace_id, artifact.id] = artifact
            return None

    def get(self, workspace_id: str, artifact_id: str) -> Artifact | None:
        with self.lock:
            return self.stored.get((workspace_id, artifact_id))

    def finish(self, artifact: Artifact) -> bool:
        with self.lock:
            place = artifact.workspace_id, artifact.id
            found = self.stored.get(place)
            if found is None or found.status != "pending":
                return False
            self.stored[place] = artifact
            return True

    def of_trace(self, workspace_id: str, trace_id: str) -> Iterator[Artifact]:
        with self.lock:
            return iter(
                [
                    each
                    for each in self.stored.values()
                    if (each.workspace_id, each.trace_id) == (workspace_id, trace_id)
                ]
            )

    def unfinished(self, day: str) -> Iterator[Artifact]:
        with self.lock:
            return iter(
                [each for each in self.stored.values() if each.status != "stored" and each.created_at[:10] == day]
            )

    def delete(self, artifact: Artifact) -> None:
        with self.lock:
            self.stored.pop((artifact.workspace_id, artifact.id), None)


class MemoryFiles:
    """Files by storage path."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}

    def put(self, artifact: Artifact, content: bytes) -> None:
        self.stored[artifact.storage_path] = content

    def read(self, path: str) -> Iterator[bytes] | None:
        content = self.stored.get(path)
        return None if content is None else iter([content[at : at + 7] for at in range(0, len(content), 7)])

    def delete(self, path: str) -> None:
        self.stored.pop(path, None)

    def upload(self, artifact: Artifact) -> Upload:
        return Upload(f"https://files.test/{artifact.storage_path}", {"Content-Type": artifact.content_type}, 900)

    def download_url(self, artifact: Artifact, seconds: int) -> str:
        return f"https://files.test/{artifact.storage_path}?for={seconds}"
