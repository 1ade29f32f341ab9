"""Started by S3's "Object Created" below artifacts/ — checks what came against what was announced."""

from typing import Any

from wakeline import wiring
from wakeline.observability import logger
from wakeline.services import artifacts


def handler(event: dict[str, Any], _context: Any) -> None:
    """Mark the artifact stored, or delete what is not it. Raises for what should be tried again."""
    path = event["detail"]["object"]["key"]
    artifact = artifacts.arrived(wiring.artifacts(), wiring.files(), path)
    ended = {"artifact_id": artifact.id, "status": artifact.status, "reason": artifact.reason} if artifact else {}
    logger().info("artifact uploaded", extra={"key": path, **ended})
