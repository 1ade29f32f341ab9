"""Runs that fail or end, and what follows from their end: analyses and incidents."""

from typing import Any

from tests.endpoints.failing import denied
from tests.factories import message
from tests.workers.world import World, scenario

FAILED = {"type": "session_end", "payload": {"status": "failed"}}
DONE = {"type": "session_end", "payload": {"status": "completed"}}
MENDED = {"kind": "tool_output", "span_id": "s1", "value": "ok"}


def ended(world: World, trace_id: str = "trc_1", *events: dict[str, Any], **facts: Any) -> str:
    """A trace that ran to its end."""
    world.workspace.trace(trace_id, [*(events or denied()), FAILED], **facts)
    return trace_id


@scenario("OnTraceCompleted")
def a_run_that_fails(world: World) -> Any:
    ended(world)
    return world.event("trace.completed")


@scenario("OnTraceCompleted")
def another_run_of_an_incident(world: World) -> Any:
    """The incident is there, with the analysis of a run before; the run was analysed once, and went on since."""
    incident(world)
    ended(world, "trc_2", *denied(2))
    world.call("POST", "/api/traces/trc_2/analyze")
    world.workspace.append("trc_2", [message("again"), *denied(3), FAILED])
    return world.event("trace.completed")


def incident(world: World) -> str:
    """An incident of trc_1."""
    ended(world, "trc_1")
    found = world.call("POST", "/api/traces/trc_1/analyze").json["incidents"][0]["id"]
    return str(found)
