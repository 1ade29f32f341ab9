"""What the event bus is told of forks and regression runs."""

from typing import Annotated, Any, Literal

from pydantic import Field

from wakeline.domain.replay.fork import Fork
from wakeline.domain.replay.regression import RegressionRun

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


class RegressionEvent(BusEvent):
    """What every event of a regression run says."""

    project_id: str
    incident_id: str
    run_id: str
    engine: Literal["recorded", "bedrock"]


class RegressionRequested(RegressionEvent):
    """A regression run was asked for: it starts the worker."""

    type: Literal["regression.requested"] = "regression.requested"


class RegressionCompleted(RegressionEvent):
    """A regression run ended."""

    type: Literal["regression.completed"] = "regression.completed"
    status: Literal["completed", "failed"]
    verified: Annotated[bool, Field(description="Before fails, after passes, no passing session broken.")]
    after_pass: int
    after_fail: int
    inconclusive: int


EVENTS: tuple[type[BusEvent], ...] = (ForkRequested, ForkCompleted, RegressionRequested, RegressionCompleted)


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


def regression_events(old: RegressionRun | None, new: RegressionRun) -> list[BusEvent]:
    """The events that a regression run's change from `old` (None: it was not there) to `new` amounts to."""
    if old is None:
        return [RegressionRequested(**_run_place("regression.requested", new))]
    ended = new.status if new.status in ("completed", "failed") else None
    if ended is None or old.status == ended:
        return []
    return [
        RegressionCompleted(
            **_run_place("regression.completed", new),
            status=ended,
            verified=new.verified,
            after_pass=new.count("after", "pass"),
            after_fail=new.count("after", "fail"),
            inconclusive=new.count("after", "inconclusive"),
        )
    ]


def _run_place(kind: str, run: RegressionRun) -> dict[str, Any]:
    return {
        "id": event_id(kind, run.workspace_id, run.incident_id, run.id),
        "occurred_at": run.updated_at,
        "workspace_id": run.workspace_id,
        "project_id": run.project_id,
        "incident_id": run.incident_id,
        "run_id": run.id,
        "engine": run.engine,
    }
