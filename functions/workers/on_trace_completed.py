"""Started by the bus's trace.completed — analyses the trace and brings its incidents in line."""

from typing import Any

from wakeline import wiring
from wakeline.observability import count, logger
from wakeline.services import analyses
from wakeline.wiring import understanding


def handler(event: dict[str, Any], _context: Any) -> None:
    """Analyse it as far as it goes by now; the same news twice changes nothing. Raises for what to try again."""
    workspace_id, trace_id = event["detail"]["workspace_id"], event["detail"]["trace_id"]
    done = analyses.completed(understanding.stores(), wiring.env(), workspace_id, trace_id)
    count(TracesAnalysed=done is not None)
    labels = list(done.analysis.labels) if done is not None else None
    logger().info("trace analysed", extra={"workspace_id": workspace_id, "trace_id": trace_id, "labels": labels})
