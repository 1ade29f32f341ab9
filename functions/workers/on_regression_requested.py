"""Started by the bus's "regression.requested" — replays an incident's sessions with a change in."""

from typing import Any

from wakeline.observability import logger
from wakeline.services import regressions
from wakeline.wiring import govern, replay


def handler(event: dict[str, Any], _context: Any) -> None:
    """Run it. What fails for good ends in the run's status; what may pass is raised, and the event comes again."""
    asked = event["detail"]
    ended = regressions.run(
        replay.regression_stores(),
        govern.audit_log(),
        replay.engines().ask,
        asked["workspace_id"],
        asked["incident_id"],
        asked["run_id"],
    )
    said = {"status": ended.status, "verified": ended.verified} if ended else {}
    logger().info("regression run", extra={"run_id": asked["run_id"], **said})
