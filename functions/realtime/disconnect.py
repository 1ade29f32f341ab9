"""Started by a WebSocket connection that ended — forgets it. Those that are missed here turn out gone later."""

from typing import Any

from wakeline import wiring


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Remove the connection's items."""
    wiring.connections().remove(event["requestContext"]["connectionId"])
    return {"statusCode": 200}
