"""Started by EventBridge Scheduler, hourly — seals each hour that is over: what traces ended on, signed and locked."""

from typing import Any

from wakeline import wiring
from wakeline.observability import count, logger
from wakeline.services import digests
from wakeline.wiring import evidence

ENOUGH_MS = 120_000
"""An hour is begun only with so much time left; the next run goes on where this one stopped."""


def handler(_event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Seal the last hour, and before it those that an earlier run missed."""
    made = digests.seal_due(evidence.notary(), lambda: context.get_remaining_time_in_millis() > ENOUGH_MS)
    for digest in made:
        logger().info("hour sealed", extra={"digest_id": digest.id, "traces": digest.tree_size, "digest": digest.hash})
    count(DigestsSealed=len(made))
    return {"sealed": [digest.id for digest in made], "at": wiring.env().now().isoformat()}
