"""The audit trace: one per workspace, an ordinary hash-chained trace under a reserved id, written by Wakeline alone.

Each mutation by a person or a key is one event of the type `audit`, noted before the mutation takes effect. One that
then failed is followed by a second event, of the same `mutation_id`, whose status is `withdrawn`.
"""

from collections.abc import Mapping
from typing import Any

from .caller import Caller
from .canonical import canonical
from .events import NewEvent
from .trace import RESERVED

AUDIT_TRACE_ID = f"{RESERVED}audit"
AUDIT_PROJECT = f"{RESERVED}audit"
"""The audit trace belongs to no project, so a project's key does not see it."""

AUDIT = "audit"

_ACTORS = {"user": "user", "key": "api_key", "service": "system"}


def entry(
    caller: Caller,
    mutation_id: str,
    action: str,
    resource_type: str,
    resource_id: str,
    details: Mapping[str, Any] | None,
    withdrawn: str | None = None,
) -> NewEvent:
    """The event of a mutation; with `withdrawn`, of why it did not come about. `details` must hold no secret.

    Raises `Invalid` for a resource id or details that no event can hold.
    """
    status = "recorded" if withdrawn is None else "withdrawn"
    said: dict[str, Any] = {
        "action": action,
        "resource_type": resource_type,
        "resource_id": resource_id,
        "mutation_id": mutation_id,
        "principal": caller.principal,
        "project_id": caller.project_id,
        "status": status,
        "description": f"{caller.principal} {status} {action} {resource_id}"[:512],
        "details": dict(details or {}),
    }
    if withdrawn is not None:
        said["reason"] = withdrawn
    canonical(said, "details")
    return NewEvent.read(
        {
            "type": AUDIT,
            "actor": {"type": _ACTORS[caller.kind], "name": caller.principal},
            "payload": said,
        }
    )
