"""Started by EventBridge Scheduler, nightly — writes each workspace's day, and those missed, to the bucket."""

from typing import Any

from wakeline.observability import logger
from wakeline.services import nightly
from wakeline.wiring import evidence

ENOUGH_MS = 120_000
"""A day is begun only with so much time left; the next run goes on where this one stopped."""


def handler(_event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Raises what fails, so that it is tried again; what was written by then is found written."""
    made = nightly.export_due(evidence.nightly(), lambda: context.get_remaining_time_in_millis() > ENOUGH_MS)
    for export in made:
        logger().info(
            "day exported",
            extra={"workspace_id": export.workspace_id, "date": export.date, "events": export.events},
        )
    return {"written": [export.manifest_key for export in made]}
