"""What the event bus is told of forks and regression runs."""

from typing import Annotated, Any, Literal

from pydantic import Field

from wakeline.domain.replay.fork import Fork

from .base import BusEvent, event_id


class ForkEvent(BusEvent):
    """What every event of a fork says."""

    project_id: str
    fork_id: str
    trace_id: Annotated[str, Field(description="The trace that was forked.")]
    fork_trace_id: Annotated[str, Field(description="The trace that the replay writes.")]
    engine: Literal["recorded", "bedrock", "webhook"]
    run: Annotated[str, Field(description="Digest of what was asked for: engine and substitutions.")]


class ForkRequested(ForkEvent):
    """A replay of a fork was asked for: it starts the worker."""

    type: Literal["fork.requested"] = "fork.requested"


class ForkCompleted(ForkEvent):
    """A replay ended."""

    type: Literal["fork.completed"] = "fork.completed"
    status: Literal["completed", "diverged", "failed"]
    reason: Annotated[str | None, Field(description="Why it failed or diverged.")] = None
    unrecorded: Annotated[int, Field(description="Steps whose answer is not in the record.")]


EVENTS: tuple[type[BusEvent], ...] = (ForkRequested, ForkCompleted)


def events_of(old: Fork | None, new: Fork) -> list[BusEvent]:
    """The events that a fork's change from `old` (None: it was not there) to `new` amounts to, usually none."""
    if new.status == "replaying" and new.requests != (old.requests if old else 0):
        return [ForkRequested(**_place("fork.requested", new))]
    ended = new.status if new.status in ("completed", "diverged", "failed") else None
    if ended is not None and old is not None and old.status == "replaying":
        said = _place("fork.completed", new)
        return [ForkCompleted(**said, status=ended, reason=new.reason, unrecorded=new.unrecorded)]
    return []


def _place(kind: str, fork: Fork) -> dict[str, Any]:
    return {
        "id": event_id(kind, fork.workspace_id, fork.id, str(fork.version)),
        "occurred_at": fork.updated_at,
        "workspace_id": fork.workspace_id,
        "project_id": fork.project_id,
        "fork_id": fork.id,
        "trace_id": fork.trace_id,
        "fork_trace_id": fork.fork_trace_id,
        "engine": fork.engine,
        "run": fork.run,
    }
