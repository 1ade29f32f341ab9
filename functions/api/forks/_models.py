"""Requests and answers of the fork endpoints."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from wakeline import wiring
from wakeline.domain.ids import Id
from wakeline.domain.replay import Substitution
from wakeline.domain.replay.fork import Engine, Fork, Status
from wakeline.domain.replay.substitutions import KINDS

SubstitutionKind = Literal["prompt", "message", "tool_output", "model", "temperature", "parameters"]


class SubstitutionBody(BaseModel):
    """One change of a replay."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    kind: SubstitutionKind
    span_id: Id | None = None
    value: Any


Substitutions = Annotated[list[SubstitutionBody], Field(max_length=50)]


class _Changes(BaseModel):
    """What a replay is to change: a list, or, where no span is named, each kind by its name."""

    model_config = ConfigDict(extra="ignore", strict=True, defer_build=True)

    substitutions: Substitutions | None = None
    prompt: Any = None
    message: Any = None
    tool_output: Any = None
    model: Any = None
    temperature: Any = None
    parameters: Any = None

    def changes(self) -> list[dict[str, Any]] | None:
        """The substitutions that are asked for; None where nothing is said of them."""
        named = [{"kind": kind, "value": getattr(self, kind)} for kind in KINDS if kind in self.model_fields_set]
        if self.substitutions is None and not named:
            return None
        return [*(one.model_dump() for one in self.substitutions or ()), *named]


class ForkBody(_Changes):
    """Where to fork, and what the first replay is to change."""

    trace_id: Id
    span_id: Id


class ReplayBody(_Changes):
    """What to change (absent: as the fork says), and who answers. The runner's fields are for `webhook`."""

    engine: Engine = "recorded"
    runner_url: Annotated[str, StringConstraints(max_length=2048)] | None = None
    runner_secret: Annotated[str, StringConstraints(max_length=256)] | None = None


class Progress(TypedDict):
    """Steps: how many were answered, of how many, and how many nobody recorded."""

    done: int
    total: int
    unrecorded: int


class ForkJson(TypedDict):
    """A fork as the API shows it."""

    id: str
    trace_id: str
    span_id: str
    fork_point_index: int
    fork_trace_id: str
    status: Status
    reason: str | None
    engine: Engine | None
    progress: Progress
    created_at: str
    created_by: str
    updated_at: str


class ForkWithChanges(ForkJson):
    """A fork with what its replay changes."""

    substitutions: list[dict[str, Any]]


def fork_json(fork: Fork) -> ForkJson:
    """A fork as the API shows it."""
    status, reason = fork.status_at(wiring.env().now())
    return {
        "id": fork.id,
        "trace_id": fork.trace_id,
        "span_id": fork.span_id,
        "fork_point_index": fork.fork_point_index,
        "fork_trace_id": fork.fork_trace_id,
        "status": status,
        "reason": reason,
        "engine": fork.engine,
        "progress": {"done": fork.done, "total": fork.total, "unrecorded": fork.unrecorded},
        "created_at": fork.created_at,
        "created_by": fork.created_by,
        "updated_at": fork.updated_at,
    }


def with_changes(fork: Fork, substitutions: Sequence[Substitution]) -> ForkWithChanges:
    """A fork with what its replay changes."""
    return {**fork_json(fork), "substitutions": [one.to_json() for one in substitutions]}
