"""Started by EventBridge Scheduler, hourly — ends uploads that were announced a day ago and are not stored."""

from typing import Any

from wakeline import wiring
from wakeline.domain.artifacts.artifact import Artifact
from wakeline.observability import logger
from wakeline.services import artifacts


def handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Remove what never came or was wrong. Raises at the end when some could not be, so that it is tried again."""
    failures: list[Exception] = []

    def failed(artifact: Artifact, error: Exception) -> None:
        logger().error("artifact cannot be swept", extra={"artifact_id": artifact.id}, exc_info=error)
        failures.append(error)

    stored, removed = artifacts.sweep(wiring.artifacts(), wiring.files(), wiring.env().now(), failed)
    logger().info("artifacts swept", extra={"stored": stored, "removed": removed, "failed": len(failures)})
    if failures:
        raise ExceptionGroup("artifacts that could not be swept", failures)
    return {"stored": stored, "removed": removed}
