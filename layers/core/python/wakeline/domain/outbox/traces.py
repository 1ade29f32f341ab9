"""What the event bus is told of traces, derived from two states of a HEAD."""

from typing import Annotated, Literal

from pydantic import Field

from wakeline.domain.ids import is_id
from wakeline.domain.trace import TOKEN_KINDS, Trace

from .base import BusEvent, event_id

FORK_ID = "_fork_id"
"""Where the metadata of a fork's trace names the fork."""

_ENDED = ("completed", "failed")


class TraceEvent(BusEvent):
    """What every event of a trace says."""

    project_id: str
    trace_id: str


class TraceStarted(TraceEvent):
    """A trace was created."""

    type: Literal["trace.started"] = "trace.started"
    started_at: Annotated[str, Field(description="By the caller's clock.")]
    created_by: str
    name: str | None = None
    agent: str | None = None
    agent_id: str | None = None
    environment: str | None = None
    source: str | None = None
    model: str | None = None
    repo: str | None = None
    branch: str | None = None
    author: str | None = None
    parent_trace_id: str | None = None


class TraceCompleted(TraceEvent):
    """A trace ended, well or not. One that goes on afterwards and ends otherwise gives another event of this type."""

    type: Literal["trace.completed"] = "trace.completed"
    status: Literal["completed", "failed"]
    started_at: str
    ended_at: str | None
    agent: str | None = None
    agent_id: str | None = None
    event_count: int
    head_hash: Annotated[
        str, Field(description="Hash of the last event then; `GET /verify` tells whether it still holds.")
    ]
    llm_calls: int
    tool_calls: int
    tool_errors: int
    errors: int
    total_tokens: int
    tokens: dict[str, int]
    cost_usd: Annotated[float | None, Field(description="Null when no call could be priced: unknown is not free.")]
    models: list[str]
    final_outcome: Annotated[str, Field(description="Of a governed action; else what the status amounts to.")] = ""
    operation: Annotated[str | None, Field(description="What a governed action was; null of a run.")] = None
    fork_id: Annotated[str | None, Field(description="The fork that this trace replays; null for any other.")] = None


class TraceDeleted(TraceEvent):
    """A trace was deleted. Its head hash stays, so that a copy kept elsewhere can still be told from a false one."""

    type: Literal["trace.deleted"] = "trace.deleted"
    deleted_by: str
    event_count: int
    head_hash: str


EVENTS: tuple[type[TraceEvent], ...] = (TraceStarted, TraceCompleted, TraceDeleted)


def events_of(old: Trace | None, new: Trace) -> list[BusEvent]:
    """The events that a HEAD's change from `old` (None: it was not there) to `new` amounts to, usually none."""
    if new.deleted is not None:
        return [] if old is not None and old.deleted is not None else [_deleted(new)]
    if old is None:
        # A HEAD of which no earlier state is known was created, whatever else it says by now; some are ended at once.
        return [_started(new), *([_completed(new)] if new.status in _ENDED else [])]
    if new.status in _ENDED and new.status != old.status:
        return [_completed(new)]
    return []


def _place(kind: str, trace: Trace, occurred_at: str) -> dict[str, str]:
    return {
        "id": event_id(kind, trace.workspace_id, trace.id, str(trace.version)),
        "occurred_at": occurred_at,
        "workspace_id": trace.workspace_id,
        "project_id": trace.project_id,
        "trace_id": trace.id,
    }


def _started(trace: Trace) -> TraceStarted:
    return TraceStarted(
        **_place("trace.started", trace, trace.created_at),
        started_at=trace.started_at,
        created_by=trace.created_by,
        name=trace.name,
        agent=trace.agent,
        agent_id=trace.agent_id,
        environment=trace.environment,
        source=trace.source,
        model=trace.model,
        repo=trace.repo,
        branch=trace.branch,
        author=trace.author,
        parent_trace_id=trace.parent_trace_id,
    )


def _completed(trace: Trace) -> TraceCompleted:
    counted = trace.counters.get
    return TraceCompleted(
        **_place("trace.completed", trace, trace.ended_at or trace.last_at or trace.created_at),
        status="failed" if trace.status == "failed" else "completed",
        started_at=trace.started_at,
        ended_at=trace.ended_at,
        agent=trace.agent,
        agent_id=trace.agent_id,
        event_count=trace.event_count,
        head_hash=trace.head_hash,
        llm_calls=counted("llm_calls", 0),
        tool_calls=counted("tool_calls", 0),
        tool_errors=counted("tool_errors", 0),
        errors=counted("errors", 0),
        total_tokens=trace.total_tokens,
        tokens={kind: counted(kind, 0) for kind in TOKEN_KINDS},
        cost_usd=trace.cost_usd,
        models=trace.models,
        final_outcome=trace.outcome,
        operation=trace.governance["requested_operation"] if trace.governance is not None else None,
        fork_id=fork_of(trace),
    )


def _deleted(trace: Trace) -> TraceDeleted:
    gone = trace.deleted or {}
    return TraceDeleted(
        **_place("trace.deleted", trace, str(gone.get("at") or trace.created_at)),
        deleted_by=str(gone.get("by", "")),
        event_count=int(gone.get("events", trace.event_count)),
        head_hash=str(gone.get("head_hash", trace.head_hash)),
    )


def fork_of(trace: Trace) -> str | None:
    """The fork that a trace says it replays."""
    said = (trace.metadata or {}).get(FORK_ID)
    return said if is_id(said) else None
