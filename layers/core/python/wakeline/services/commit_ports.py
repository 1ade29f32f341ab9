"""What linking commits needs of the outside."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from wakeline.domain.commits import Commit, SyncRequest
from wakeline.domain.trace import Trace


class CommitSource(Protocol):
    """Where commits are read from."""

    def place_of(self, trace: Trace) -> str | None:
        """Where a session's commits are to be looked for; None when this source cannot know."""

    def commits(self, place: str, branch: str | None, since: datetime, until: datetime) -> Iterator[Commit]:
        """Commits of a branch (or of what the source takes by default) in a time, newest first.

        None of a repository or branch that is not there. Raises `SourceBusy`.
        """


class CommitStore(Protocol):
    """Commits beside the HEADs of the sessions that they were made in."""

    def of_trace(self, workspace_id: str, trace_id: str) -> list[Commit]:
        """The commits of a session, oldest first."""

    def link(self, workspace_id: str, trace_id: str, commits: Sequence[Commit]) -> int:
        """Store those that are not there; how many were not."""

    def forget(self, workspace_id: str, trace_id: str) -> None:
        """Delete all of a session."""

    def request(self, request: SyncRequest) -> None:
        """Note that linking is asked for."""
