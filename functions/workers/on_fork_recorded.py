"""Started by the bus's "trace.completed" of a fork's trace — ends the replay that a caller's own runner recorded."""

from typing import Any

from wakeline import wiring
from wakeline.observability import logger
from wakeline.services import replays
from wakeline.wiring import replay


def handler(event: dict[str, Any], _context: Any) -> None:
    """End the replay as the runner's session ended, if it waits for that."""
    ended = event["detail"]
    fork = replays.ended_elsewhere(
        replay.forks(), wiring.env(), ended["workspace_id"], ended["fork_id"], ended["trace_id"], ended["status"]
    )
    if fork is not None:
        logger().info(
            "fork recorded", extra={"fork_id": fork.id, "status": fork.status, "trace_id": fork.fork_trace_id}
        )
