"""Background functions of the small template. They note what they were given in `SEEN`."""

from typing import Any

SEEN: list[tuple[str, Any]] = []
FAILING: dict[str, int] = {}
"""How often each key still fails; -1 = always."""


def _fails(name: str) -> bool:
    left = FAILING.get(name, 0)
    if left > 0:
        FAILING[name] = left - 1
    return left != 0


def on_change(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Records whose sort key is in FAILING fail: `crash…` by raising, others by naming the item."""
    SEEN.append(("batch", [record["dynamodb"]["Keys"]["sk"]["S"] for record in event["Records"]]))
    for record in event["Records"]:
        name = record["dynamodb"]["Keys"]["sk"]["S"]
        if _fails(name):
            if name.startswith("crash"):
                raise RuntimeError(name)
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
        SEEN.append(("change", record))
    return {"batchItemFailures": []}


def on_event(event: dict[str, Any], context: Any) -> None:
    """An event whose detail names something in FAILING fails."""
    SEEN.append(("event", event))
    if _fails(event["detail"].get("name", "")):
        raise RuntimeError("refused")


def on_message(event: dict[str, Any], context: Any) -> None:
    """Queue messages."""
    SEEN.extend(("message", record["body"]) for record in event["Records"])


def nightly(event: dict[str, Any], context: Any) -> None:
    """A schedule's input."""
    SEEN.append(("nightly", event))
