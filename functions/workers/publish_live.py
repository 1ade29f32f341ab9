"""Started by the table's stream — numbers each committed segment's events in the live feed of its workspace."""

from typing import Any

from wakeline import wiring
from wakeline.batch import stream_entry
from wakeline.domain.feed import Appended
from wakeline.services import feed


def read(record: dict[str, Any]) -> tuple[str, Appended] | None:
    """A committed segment, by workspace."""
    appended = wiring.appended(record)
    return (appended.workspace_id, appended) if appended is not None else None


def publish_live(workspace_id: str, appended: list[Appended]) -> tuple[int, ...]:
    """Feed them."""
    feed.publish(wiring.feed(), wiring.ledger(), wiring.env(), workspace_id, appended)
    return ()


handler = stream_entry(read, publish_live)
