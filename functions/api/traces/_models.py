"""Request and response shapes of traces."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from wakeline.domain import times
from wakeline.domain.canonical import canonical
from wakeline.domain.errors import Invalid
from wakeline.domain.ids import Id, Label, Tag
from wakeline.domain.money import LARGEST

MAX_METADATA = 16 * 1024
Goal = Annotated[str, StringConstraints(max_length=8192)]


class TraceFacts(BaseModel):
    """What a caller says of a new trace. Fields that are not ours are kept under `metadata._fields`."""

    model_config = ConfigDict(extra="allow", strict=True, defer_build=True)

    id: Id | None = None
    project_id: Id | None = None
    name: Label | None = None
    user_goal: Goal | None = None
    agent: Label | None = None
    agent_id: Label | None = None
    environment: Label | None = None
    source: Label | None = None
    tags: Annotated[list[Tag], Field(max_length=50)] = Field(default_factory=list)
    metadata: dict[str, Any] | None = None
    repo: Label | None = None
    author: Label | None = None
    branch: Label | None = None
    cwd: Label | None = None
    tool: Label | None = None
    model: Label | None = None
    started_at: str | None = None
    parent_trace_id: Id | None = None

    @model_validator(mode="after")
    def _bounded(self) -> "TraceFacts":
        """HEAD is rewritten at every append, so what a caller puts there is bounded."""
        if self.started_at is not None:
            self.started_at = times.normalise(self.started_at, "started_at")
        extra = self.model_extra or {}
        if extra:
            self.metadata = {**(self.metadata or {}), "_fields": dict(extra)}
            extra.clear()
        if self.metadata is not None and len(canonical(self.metadata, "metadata")) > MAX_METADATA:
            raise Invalid(f"metadata is over {MAX_METADATA} bytes; put large content into events", field="metadata")
        return self


class SpanBody(BaseModel):
    """A span as a Retrace client sends it. Tokens are counts, `cost` US dollars, `duration_ms` milliseconds.

    Without `id` it is called by its place, `span-0`; without `started_at` it began with its trace. Fields that are not
    ours are kept under `metadata._fields`.
    """

    model_config = ConfigDict(extra="allow", strict=True, defer_build=True)

    id: Id | None = None
    parent_id: Id | None = None
    span_type: str
    name: str | None = None
    model: str | None = None
    input: Any = None
    output: Any = None
    input_tokens: Annotated[int, Field(ge=0, le=10**15)] | None = None
    output_tokens: Annotated[int, Field(ge=0, le=10**15)] | None = None
    cache_read_tokens: Annotated[int, Field(ge=0, le=10**15)] | None = None
    cache_write_tokens: Annotated[int, Field(ge=0, le=10**15)] | None = None
    cost: Annotated[float, Field(ge=0, le=LARGEST)] | None = None
    duration_ms: Annotated[float, Field(ge=0, le=1e15)] | None = None
    metadata: dict[str, Any] | None = None
    agent_id: Label | None = None
    error: Any = None
    started_at: str = Field(default=None)  # type: ignore[assignment] # may be left out, not null
    ended_at: str | None = None

    @model_validator(mode="after")
    def _nothing_is_lost(self) -> "SpanBody":
        extra = self.model_extra or {}
        if extra:
            self.metadata = {**(self.metadata or {}), "_fields": dict(extra)}
            extra.clear()
        return self


class SessionBody(BaseModel):
    """One pushed transcript. `data` is JSON Lines, plain or base64 of gzip; `id` is checked with the session, not
    with the request.
    """

    model_config = ConfigDict(strict=True, defer_build=True)

    id: str
    data: str


RUN = ("spans", "input", "output", "status", "ended_at", "error")


class IngestBody(TraceFacts):
    """Either a push (`sessions`), or a trace together with its spans."""

    sessions: Annotated[list[SessionBody], Field(max_length=500)] | None = None
    spans: Annotated[list[SpanBody], Field(max_length=2000)] = Field(default_factory=list)
    input: Any = None
    output: Any = None
    status: Literal["running", "completed", "failed"] | None = None
    ended_at: str | None = None
    error: Any = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> "IngestBody":
        beside = [name for name in RUN if getattr(self, name) not in (None, [])] if self.sessions is not None else []
        if beside:
            raise Invalid(f"sessions: a push has no {beside[0]}; send them apart", field="sessions")
        return self

    @property
    def run(self) -> dict[str, Any]:
        """What the body says beyond the trace's facts."""
        said = self.model_dump(include={"input", "output", "status", "ended_at", "error"}, exclude_none=True)
        return said | {"spans": [span.model_dump(exclude_none=True) for span in self.spans]}


def facts_of(body: TraceFacts) -> dict[str, Any]:
    """The facts that the body gives, and nothing that it does not."""
    return body.model_dump(include=set(TraceFacts.model_fields), exclude_none=True, exclude_defaults=True)
