"""Started by the bus's trace.completed — ends the memories of a session that is over."""

from typing import Any

from wakeline.observability import logger
from wakeline.services import memories
from wakeline.wiring import find


def handler(event: dict[str, Any], _context: Any) -> None:
    """They are not shown any more from the moment of its end; this removes what is stored. Twice is as good as once."""
    workspace_id, trace_id = event["detail"]["workspace_id"], event["detail"]["trace_id"]
    forgotten = memories.end_session(find.memories(), workspace_id, trace_id, deleted=False)
    logger().info("session's memories ended", extra={"workspace_id": workspace_id, "memories": forgotten})
