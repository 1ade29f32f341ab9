"""What memories need of the outside."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from wakeline.domain.memory import Memory


class MemoryStore(Protocol):
    """Memories of workspaces. Reads are strongly consistent."""

    def get(self, workspace_id: str, memory_id: str) -> Memory | None:
        """One memory."""

    def put(self, memory: Memory, forgotten_at: datetime | None) -> bool:
        """Store a memory whose version is 1, or replace the one of the version before. False when another stands there.

        One with `forgotten_at` is deleted by the store some time after that moment.
        """

    def delete(self, workspace_id: str, memory_id: str) -> bool:
        """Forget a memory. False when it is not there."""

    def of_workspace(self, workspace_id: str, limit: int) -> Iterator[Memory]:
        """Up to `limit` memories of a workspace, in the order of their ids."""
