"""What services need of the outside: Protocols, met by adapters in production and by fakes in unit tests."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

from wakeline.domain.api_keys import ApiKey, KeyUse
from wakeline.domain.claim import Claim
from wakeline.domain.segments import Segment
from wakeline.domain.trace import Trace
from wakeline.domain.trace_index import IndexEntry


class LedgerStore(Protocol):
    """HEADs and segments of traces. Every call takes the workspace; reads are strongly consistent."""

    def head(self, workspace_id: str, trace_id: str) -> Trace | None:
        """The trace as HEAD says, deleted ones included. One that was changed behind our back has a seal that does
        not fit.
        """

    def heads(self, workspace_id: str, trace_ids: Sequence[str]) -> dict[str, Trace]:
        """Many HEADs at once, by trace id, for lists: eventually consistent. Missing ones are left out."""

    def create(self, trace: Trace) -> bool:
        """Store a new HEAD and count it. False when one of that id is there (a deleted one too)."""

    def create_with(self, trace: Trace, segment: Segment) -> bool:
        """Store a new HEAD into which `segment`, its first, is folded already, with that segment; all of it or nothing.

        False when a trace of that id is there.
        """

    def write_head(self, trace: Trace, read_version: int) -> bool:
        """Replace HEAD if it still has the version that was read. A trace that becomes deleted leaves the index and
        the count.
        """

    def put_segment(self, workspace_id: str, trace_id: str, segment: Segment) -> Segment | None:
        """Store a segment at its first index: the commit. None when stored, else the one that stands there already."""

    def segments(self, workspace_id: str, trace_id: str, from_index: int = 0) -> Iterator[Segment]:
        """Segments whose first index is at least `from_index`, in order, read a page (at most 1 MB) at a time."""

    def segment_at(self, workspace_id: str, trace_id: str, index: int) -> Segment | None:
        """The last segment whose first index is at most `index`."""

    def join_lineage(self, workspace_id: str, root: str, trace_id: str, session_id: str) -> list[tuple[str, str]]:
        """Note that a transcript begins with the line `root`: the (trace id, own session id) of those that did so
        before it.
        """

    def delete_segment(self, workspace_id: str, trace_id: str, segment: Segment) -> None:
        """Remove one segment and its body."""


class TraceIndex(Protocol):
    """Traces of a workspace or project by start, newest first. Eventually consistent."""

    def entries(
        self,
        workspace_id: str,
        project_id: str | None,
        *,
        started_from: str | None = None,
        started_to: str | None = None,
        after: str | None = None,
        limit: int = 1000,
    ) -> tuple[list[IndexEntry], str | None]:
        """One page of entries after the position `after`, and the position behind it, or None at the end."""

    def count(self, workspace_id: str, project_id: str | None) -> int:
        """How many traces there are, exactly, in O(1)."""


class KeyStore(Protocol):
    """API keys by the SHA-256 of their secret, and the rate windows of keys and people."""

    def use(self, digest: str, now: datetime, *, write: bool) -> KeyUse | None:
        """Authenticate and count in one conditional update. None for an unknown, revoked or expired key."""

    def count_user(self, workspace_id: str, subject: str, now: datetime, *, write: bool) -> int:
        """Count a signed-in person's request; how many reads or writes the running minute has now seen."""

    def put(self, digest: str, key: ApiKey) -> None:
        """Store a new key."""

    def keys(self, workspace_id: str) -> list[tuple[str, ApiKey]]:
        """The workspace's keys that were not revoked, with their digests, oldest first."""

    def revoke(self, workspace_id: str, digest: str, now: datetime) -> None:
        """Revoke a key; from then on it is unknown."""

    def set_plan(self, workspace_id: str, digest: str, plan: str | None) -> None:
        """Give a key of this workspace a plan, with None the deployment's; from then on it has that plan's limits."""

    def plan_of(self, workspace_id: str) -> str | None:
        """The plan that a workspace pays for; None for none."""


class IdempotencyStore(Protocol):
    """Answers already given, by `Idempotency-Key`."""

    def begin(self, workspace_id: str, key: str, digest: str, now: datetime) -> Claim | dict[str, Any]:
        """Claim a key. A `Claim` when it is ours now, else what is stored: `digest`, and the answer if there is one."""

    def finish(self, workspace_id: str, key: str, response: dict[str, Any]) -> None:
        """Keep the answer."""

    def release(self, workspace_id: str, key: str) -> None:
        """Give a claimed key back: the request failed. What it may have done by then is found by the next attempt,
        which gets the same `Claim`.
        """
