"""WebSocket connections: who listens, to what, and how far they are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LIFETIME_S = 2 * 3600
"""Seconds after which API Gateway ends a connection by itself."""
YOUNG = timedelta(seconds=20)
"""A client that is being connected cannot be sent to until $connect has answered: it looks gone and is not."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One client. `project_id` and `session_id` narrow what it is sent; `sent` is the feed number it has seen
    everything up to.

    `connected_at` is in epoch seconds; `stalled` counts pushes in a row that got nothing through.
    """

    id: str
    workspace_id: str
    project_id: str | None
    session_id: str | None
    sent: int
    connected_at: int
    stalled: int = 0

    def is_young(self, now: datetime) -> bool:
        """Whether $connect may still be under way."""
        return now.timestamp() - self.connected_at < YOUNG.total_seconds()
