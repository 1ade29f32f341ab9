"""Started by the bus's "fork.requested" — replays the fork."""

from typing import Any

from wakeline import wiring
from wakeline.observability import logger
from wakeline.services import replays
from wakeline.wiring import replay


def handler(event: dict[str, Any], _context: Any) -> None:
    """Run it. What fails for good ends in the fork's status; what may pass is raised, and the event comes again."""
    asked = event["detail"]
    fork = replays.run(
        replay.forks(),
        wiring.ledger(),
        wiring.env(),
        wiring.price(),
        replay.engines(),
        asked["workspace_id"],
        asked["fork_id"],
        asked["run"],
    )
    ended = {"status": fork.status, "reason": fork.reason} if fork else {}
    logger().info("fork replayed", extra={"fork_id": asked["fork_id"], "engine": asked["engine"], **ended})
