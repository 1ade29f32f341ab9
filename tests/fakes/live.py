"""The live side in memory: feeds, WebSocket connections and their far ends, the event bus. Each call is atomic."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from wakeline.domain.connections import Connection
from wakeline.domain.feed import KEPT_S, Entry, Mark
from wakeline.domain.outbox import BusEvent


class MemoryFeed:
    """The `FeedStore` port."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.lasts: dict[str, int] = {}
        self.held: dict[str, dict[int, tuple[Entry, float]]] = {}
        self.fed: dict[tuple[str, str], Mark] = {}

    def last(self, workspace_id: str) -> int:
        with self.lock:
            return self.lasts.get(workspace_id, 0)

    def marks(self, workspace_id: str, trace_ids: Sequence[str]) -> dict[str, Mark]:
        with self.lock:
            return {each: self.fed[workspace_id, each] for each in trace_ids if (workspace_id, each) in self.fed}

    def put(
        self,
        workspace_id: str,
        last: int,
        entries: Sequence[Entry],
        moved: Mapping[str, tuple[Mark | None, Mark]],
        now: datetime,
    ) -> bool:
        with self.lock:
            if self.last(workspace_id) != last:
                return False
            if any(self.fed.get((workspace_id, trace_id)) != before for trace_id, (before, _) in moved.items()):
                return False
            held = self.held.setdefault(workspace_id, {})
            held |= {entry.first: (entry, now.timestamp() + KEPT_S) for entry in entries}
            self.lasts[workspace_id] = entries[-1].last
            self.fed |= {(workspace_id, trace_id): after for trace_id, (_, after) in moved.items()}
            return True

    def entries(self, workspace_id: str, after: int, limit: int, now: datetime) -> list[Entry]:
        with self.lock:
            held = sorted(self.held.get(workspace_id, {}).items())
            return [entry for first, (entry, until) in held if first > after and until > now.timestamp()][:limit]

    def entry_at(self, workspace_id: str, number: int, now: datetime) -> Entry | None:
        with self.lock:
            for entry, until in self.held.get(workspace_id, {}).values():
                if entry.first <= number <= entry.last and until > now.timestamp():
                    return entry
            return None


class MemoryConnections:
    """The `ConnectionStore` port."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.stored: dict[str, Connection] = {}
        self.leases: dict[str, tuple[str, float]] = {}
        self.behind: set[str] = set()

    def add(self, connection: Connection) -> None:
        with self.lock:
            self.stored[connection.id] = connection

    def remove(self, connection_id: str) -> None:
        with self.lock:
            self.stored.pop(connection_id, None)
            self.leases.pop(connection_id, None)

    def of_workspace(self, workspace_id: str) -> list[Connection]:
        with self.lock:
            return [each for each in self.stored.values() if each.workspace_id == workspace_id]

    def lease(
        self, connection: Connection, token: str, now: datetime, seconds: int
    ) -> Literal["mine", "gone", "moved", "busy"]:
        with self.lock:
            stands = self.stored.get(connection.id)
            if stands is None:
                return "gone"
            holder, until = self.leases.get(connection.id, (token, 0.0))
            if holder != token and until >= now.timestamp():
                return "busy"
            if stands.sent != connection.sent:
                return "moved"
            self.leases[connection.id] = (token, now.timestamp() + seconds)
            self.behind.discard(connection.id)
            return "mine"

    def release(self, connection: Connection, token: str, sent: int, *, behind: bool, stalled: int) -> None:
        with self.lock:
            if self.leases.get(connection.id, ("", 0.0))[0] != token:
                return
            del self.leases[connection.id]
            self.stored[connection.id] = replace(self.stored[connection.id], sent=sent, stalled=stalled)
            (self.behind.add if behind else self.behind.discard)(connection.id)


class MemorySockets:
    """The `Sockets` port: what each client got. `say` decides what becomes of a message; `None` lets it through."""

    def __init__(self) -> None:
        self.got: dict[str, list[dict[str, Any]]] = {}
        self.closed: list[str] = []
        self.say: dict[str, Literal["gone", "slow"]] = {}
        self.die_after: int | None = None

    def post(self, connection_id: str, message: bytes) -> Literal["sent", "gone", "slow"]:
        if connection_id in self.say:
            return self.say[connection_id]
        if self.die_after is not None:
            if self.die_after == 0:
                raise ConnectionError("the pusher died")
            self.die_after -= 1
        self.got.setdefault(connection_id, []).append(json.loads(message))
        return "sent"

    def close(self, connection_id: str) -> None:
        self.closed.append(connection_id)

    def numbers(self, connection_id: str) -> list[int]:
        return [each["seq"] for each in self.got.get(connection_id, [])]


class MemoryBus:
    """The `EventBus` port. Events whose place is in `refuse` are refused, once."""

    def __init__(self) -> None:
        self.events: list[BusEvent] = []
        self.refuse: set[int] = set()

    def put(self, events: Sequence[BusEvent]) -> list[int]:
        refused = sorted(place for place in self.refuse if place < len(events))
        self.refuse = set()
        self.events += [event for place, event in enumerate(events) if place not in refused]
        return refused
