"""Events as the ledger hands them to views, without a ledger."""

from collections.abc import Iterable
from typing import Any

from wakeline.domain.delta import delta_of
from wakeline.domain.events import Event
from wakeline.domain.views.view import View


def made(*sent: dict[str, Any]) -> list[Event]:
    """Events of these types and payloads, a second apart. Hashes are empty: views do not look at them."""
    return [
        Event(
            envelope={
                "id": f"evt_{index}",
                "index": index,
                "seq": index,
                "type": event["type"],
                "timestamp": event.get("timestamp", f"2026-03-21T10:{index // 60:02d}:{index % 60:02d}.000Z"),
                "actor": {"type": "agent", "name": "agent"},
                **{name: event[name] for name in ("span_id", "parent_id") if name in event},
            },
            payload=event.get("payload", {}),
            metadata=event.get("metadata"),
            salt=b"",
            payload_digest=b"",
            prev_hash=b"",
            integrity_hash=b"",
        )
        for index, event in enumerate(sent)
    ]


def shown(view: View, events: Iterable[Event]) -> list[dict[str, Any]]:
    """A view's items after all events; its count by the ledger's counters must be the same."""
    events = list(events)
    for event in events:
        if view.begins(event):
            view.begin(event)
        else:
            view.go_on(event)
    counters = delta_of(events).counters
    if type(view).__name__ != "FileChanges":
        assert view.count(counters) == len(view.items)
    assert view.reads(counters) or not view.items
    return view.items
