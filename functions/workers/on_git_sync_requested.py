"""Started by the bus event git_sync.requested — links commits to the sessions that they were made in."""

from typing import Any

from wakeline import wiring
from wakeline.domain.commits import SyncRequest
from wakeline.observability import logger
from wakeline.services import commits
from wakeline.wiring import stats


def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Link what can be found. Raises when a source takes no more questions: Lambda tries again, minutes later."""
    said = event["detail"]
    asked = SyncRequest(
        id=said["request_id"],
        workspace_id=said["workspace_id"],
        project_id=said.get("project_id"),
        session_id=said.get("session_id"),
        requested_by=said["requested_by"],
        requested_at=said["occurred_at"],
    )
    linked = commits.sync(
        stats.commits(), wiring.ledger(), wiring.index(), stats.commit_sources(), asked, wiring.env().now()
    )
    logger().info("commits linked", extra={"workspace_id": asked.workspace_id, "linked": linked})
    return {"linked": linked}
