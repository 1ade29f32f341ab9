"""Started by EventBridge Scheduler, every minute — ends approval requests that nobody decided in time."""

from typing import Any

from wakeline import wiring
from wakeline.domain.approvals import Approval
from wakeline.observability import logger
from wakeline.services import approvals
from wakeline.wiring import govern


def handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Expire them. Raises at the end when some could not be, so that it is tried again."""
    failures: list[Exception] = []

    def failed(approval: Approval, error: Exception) -> None:
        logger().error("approval cannot be expired", extra={"approval_id": approval.id}, exc_info=error)
        failures.append(error)

    expired = approvals.sweep(govern.governors(), wiring.env(), failed)
    logger().info("approvals swept", extra={"expired": expired, "failed": len(failures)})
    if failures:
        raise ExceptionGroup("approvals that could not be expired", failures)
    return {"expired": expired}
