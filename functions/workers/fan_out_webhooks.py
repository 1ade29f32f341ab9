"""Started by the event bus — queues a message to each webhook that wants the event."""

from typing import Any

from wakeline.services import webhooks
from wakeline.wiring import evidence


def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """An event that comes again gives the same messages, by their ids."""
    detail = event["detail"]
    event_id = str(detail.get("id") or event["id"])
    return {"queued": webhooks.fan_out(evidence.post(), detail["workspace_id"], event["detail-type"], event_id, detail)}
