"""What the artifact service needs of the outside."""

from collections.abc import Iterator
from typing import Protocol

from wakeline.domain.artifacts.artifact import Artifact, Upload


class ArtifactStore(Protocol):
    """What is known of artifacts. Reads are strongly consistent, but for `unfinished`."""

    def create(self, artifact: Artifact) -> Artifact | None:
        """Store a new pending artifact. None when stored, else the one of that id that is there.

        Raises `NotFound` when its trace is not there or was deleted, at this very moment.
        """

    def get(self, workspace_id: str, artifact_id: str) -> Artifact | None:
        """One artifact."""

    def finish(self, artifact: Artifact) -> bool:
        """Make a pending artifact what `artifact` says, stored or rejected. False when it is pending no more."""

    def of_trace(self, workspace_id: str, trace_id: str) -> Iterator[Artifact]:
        """Every artifact of a trace."""

    def unfinished(self, day: str) -> Iterator[Artifact]:
        """Artifacts of all workspaces that were announced on a day (`2026-11-21`, UTC) and are not stored."""

    def delete(self, artifact: Artifact) -> None:
        """Forget an artifact. One that is not there is fine."""


class FileStore(Protocol):
    """The bytes, by storage path."""

    def put(self, artifact: Artifact, content: bytes) -> None:
        """Store a file's content."""

    def read(self, path: str) -> Iterator[bytes] | None:
        """A file piece by piece; None when it is not there."""

    def delete(self, path: str) -> None:
        """Remove a file. One that is not there is fine."""

    def upload(self, artifact: Artifact) -> Upload:
        """Let the holder send exactly the announced file, once, within a quarter of an hour."""

    def download_url(self, artifact: Artifact, seconds: int) -> str:
        """A URL by which the holder fetches the file, as a download, for so many seconds."""
