"""Domain events: what the event bus is told of traces, derived from two states of a HEAD.

Pure, so that a record of the table's stream that is delivered again gives the same events with the same ids.
"""

from hashlib import sha256
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from .trace import TOKEN_KINDS, Trace

SOURCE = "wakeline"
VERSION = "1"

_ENDED = ("completed", "failed")


class _Event(BaseModel):
    """What every event says. A new field may come at any time; none changes its meaning within a version."""

    model_config = ConfigDict(frozen=True)

    id: Annotated[str, Field(description="The same for every delivery of this event: what to tell a repeat by.")]
    version: Annotated[Literal["1"], Field(description="Of this schema.")] = "1"
    occurred_at: Annotated[str, Field(description="RFC 3339, UTC.")]
    workspace_id: str
    project_id: str
    trace_id: str


class TraceStarted(_Event):
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


class TraceCompleted(_Event):
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


class TraceDeleted(_Event):
    """A trace was deleted. Its head hash stays, so that a copy kept elsewhere can still be told from a false one."""

    type: Literal["trace.deleted"] = "trace.deleted"
    deleted_by: str
    event_count: int
    head_hash: str


DomainEvent = TraceStarted | TraceCompleted | TraceDeleted
EVENTS: tuple[type[DomainEvent], ...] = (TraceStarted, TraceCompleted, TraceDeleted)


def events_of(old: Trace | None, new: Trace) -> list[DomainEvent]:
    """The events that a HEAD's change from `old` (None: it was not there) to `new` amounts to, usually none."""
    if new.deleted is not None:
        return [] if old is not None and old.deleted is not None else [_deleted(new)]
    if old is None:
        # A HEAD of which no earlier state is known was created, whatever else it says by now.
        return [_started(new)]
    if new.status in _ENDED and new.status != old.status:
        return [_completed(new)]
    return []


def _place(kind: str, trace: Trace, occurred_at: str) -> dict[str, str]:
    named = "\0".join((kind, trace.workspace_id, trace.id, str(trace.version)))
    return {
        "id": f"evn_{sha256(named.encode()).hexdigest()[:32]}",
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
    )


def _deleted(trace: Trace) -> TraceDeleted:
    gone = trace.deleted or {}
    return TraceDeleted(
        **_place("trace.deleted", trace, str(gone.get("at") or trace.created_at)),
        deleted_by=str(gone.get("by", "")),
        event_count=int(gone.get("events", trace.event_count)),
        head_hash=str(gone.get("head_hash", trace.head_hash)),
    )
