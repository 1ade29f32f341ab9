"""Started by the table's stream — sends a workspace's WebSocket clients what they have not seen yet.

A feed entry starts it, a client that came, and one that was left behind by the round before.
"""

from typing import Any

from wakeline import wiring
from wakeline.batch import stream_entry
from wakeline.services import connections


def read(record: dict[str, Any]) -> tuple[str, None] | None:
    """The workspace that is concerned; what exactly happened is read from the feed."""
    workspace_id = wiring.listening_workspace(record)
    return (workspace_id, None) if workspace_id is not None else None


def push_websocket(workspace_id: str, _records: list[None]) -> tuple[int, ...]:
    """Bring every client up to the present."""
    connections.deliver(
        wiring.feed(),
        wiring.ledger(),
        wiring.connections(),
        wiring.sockets(),
        wiring.env(),
        workspace_id,
        wiring.recent(),
    )
    return ()


handler = stream_entry(read, push_websocket)
