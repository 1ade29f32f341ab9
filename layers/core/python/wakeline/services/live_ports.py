"""What the live side needs of the outside: the feed, WebSocket connections and the event bus."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from wakeline.domain.connections import Connection
from wakeline.domain.feed import Entry, Mark
from wakeline.domain.outbox import BusEvent


class FeedStore(Protocol):
    """The feeds of workspaces. Reads are strongly consistent."""

    def last(self, workspace_id: str) -> int:
        """The last number given, 0 before the first."""

    def marks(self, workspace_id: str, trace_ids: Sequence[str]) -> dict[str, Mark]:
        """How far traces are in the feed; those that are not in it at all are left out."""

    def put(
        self,
        workspace_id: str,
        last: int,
        entries: Sequence[Entry],
        moved: Mapping[str, tuple[Mark | None, Mark]],
        now: datetime,
    ) -> bool:
        """Add entries behind number `last` and move marks (trace id → before, after), all or nothing.

        False when `last` or a mark is not what it is said to have been.
        """

    def entries(self, workspace_id: str, after: int, limit: int, now: datetime) -> list[Entry]:
        """Entries whose first number is greater than `after`, in order, and which are not expired at `now`."""

    def entry_at(self, workspace_id: str, number: int, now: datetime) -> Entry | None:
        """The entry that holds a number, if it is there and not expired."""


class ConnectionStore(Protocol):
    """WebSocket connections."""

    def add(self, connection: Connection) -> None:
        """Store a new connection. Its arrival starts the pusher."""

    def remove(self, connection_id: str) -> None:
        """Forget a connection; one that is not there is as good."""

    def of_workspace(self, workspace_id: str) -> list[Connection]:
        """The connections of a workspace."""

    def lease(
        self, connection: Connection, token: str, now: datetime, seconds: int
    ) -> Literal["mine", "gone", "moved", "busy"]:
        """Take the right to send to a connection that is as it was read, unless another sends."""

    def release(self, connection: Connection, token: str, sent: int, *, behind: bool, stalled: int) -> None:
        """Give the right back and note how far the client is; `behind` starts the pusher again. A lost lease writes
        nothing.
        """


class Sockets(Protocol):
    """The far ends of WebSocket connections."""

    def post(self, connection_id: str, message: bytes) -> Literal["sent", "gone", "slow"]:
        """Send one text message."""

    def close(self, connection_id: str) -> None:
        """End a connection; one that is gone is as good."""


class EventBus(Protocol):
    """Where domain events go."""

    def put(self, events: Sequence[BusEvent]) -> list[int]:
        """Publish events in this order; the places of those that the bus did not take."""
