"""Started by the bus's trace.completed — ends a session's memories, and keeps what was said in it for next time."""

from typing import Any

from wakeline import wiring
from wakeline.observability import logger
from wakeline.services import memories, memory_drawing
from wakeline.wiring import find, stats


def handler(event: dict[str, Any], _context: Any) -> None:
    """They are not shown any more from the moment of its end; this removes what is stored. Twice is as good as once.

    Others are drawn from the trace where the workspace turned that on.
    """
    workspace_id, trace_id = event["detail"]["workspace_id"], event["detail"]["trace_id"]
    forgotten = memories.end_session(find.memories(), workspace_id, trace_id, deleted=False)
    drawn = memory_drawing.draw(
        stats.config(), find.memories(), wiring.ledger(), wiring.env(), find.embedder(), workspace_id, trace_id
    )
    told = {"workspace_id": workspace_id, "trace_id": trace_id, "memories": forgotten, "drawn": drawn}
    logger().info("session's memories ended", extra=told)
