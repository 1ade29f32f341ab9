"""Functions of a small WebSocket API. They note the events they were given in `SEEN`."""

from typing import Any

SEEN: list[dict[str, Any]] = []


def connect(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Refuses with the status that the query names."""
    SEEN.append(event)
    status = (event["queryStringParameters"] or {}).get("refuse", "200")
    return {"statusCode": int(status)}


def note(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers to a route that has an answer."""
    SEEN.append(event)
    return {"statusCode": 200, "body": f"said: {event.get('body')}"}
