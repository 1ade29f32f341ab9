"""Started by EventBridge Scheduler, nightly — deletes traces that are older than policy and settings keep them."""

from typing import Any

from wakeline import wiring
from wakeline.domain.trace import Trace
from wakeline.observability import logger
from wakeline.services import audit, deletion, retention_sweep, traces
from wakeline.wiring import evidence, govern, stats, understanding

ENOUGH_MS = 60_000


def handler(_event: dict[str, Any], context: Any) -> dict[str, int]:
    """Each deletion is noted in the audit log, by `system:retention`."""

    def forget(trace: Trace) -> int:
        return deletion.forget(wiring.artifacts(), wiring.files(), understanding.stores(), wiring.env(), trace)

    def delete(trace: Trace) -> None:
        caller = audit.system(trace.workspace_id, "retention")
        traces.delete(wiring.ledger(), wiring.env(), govern.audit_log(), caller, trace.id, forget)

    gone = retention_sweep.sweep(
        wiring.ledger(),
        wiring.index(),
        govern.policies(),
        stats.config(),
        wiring.env(),
        evidence.exported().through(),
        delete,
        lambda: context.get_remaining_time_in_millis() > ENOUGH_MS,
    )
    logger().info("old traces deleted", extra={"traces": gone})
    return {"deleted": gone}
