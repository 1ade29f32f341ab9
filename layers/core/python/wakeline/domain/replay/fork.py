"""A fork: a span of a recorded run at which it is run again with something changed."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal, Self

from wakeline.domain import times
from wakeline.domain.canonical import canonical

from .substitutions import Substitution

Status = Literal["created", "replaying", "completed", "diverged", "failed"]
Engine = Literal["recorded", "bedrock", "webhook"]
ENGINES = ("recorded", "bedrock", "webhook")

MAX_EVENTS = 20_000
MAX_BYTES = 96 * 1024 * 1024
"""Of a run that is replayed, or laid beside another, as canonical JSON: it is held in memory."""

STUCK_AFTER = timedelta(minutes=65)
"""A replay that has said nothing for so long is given up: a runner has an hour, our own worker 15 minutes."""


@dataclass(frozen=True, slots=True)
class Fork:
    """A fork without its substitutions. `requests` counts how often a replay was asked for, `replays`
    how many different ones; `run` is the digest of the last one.

    `progress` is `{done, total, unrecorded}` in steps. `reason` says why it failed or diverged.
    """

    workspace_id: str
    project_id: str
    id: str
    trace_id: str
    span_id: str
    fork_point_index: int
    fork_trace_id: str
    status: Status
    created_at: str
    created_by: str
    updated_at: str
    run: str = ""
    replays: int = 0
    requests: int = 0
    engine: Engine | None = None
    reason: str | None = None
    done: int = 0
    total: int = 0
    unrecorded: int = 0
    version: int = 0

    def status_at(self, now: datetime) -> tuple[Status, str | None]:
        """The status to show, and why: a replay that fell silent failed."""
        if self.status == "replaying" and now - times.parse(self.updated_at) > STUCK_AFTER:
            return "failed", "the replay did not end in time"
        return self.status, self.reason

    def to_json(self) -> dict[str, Any]:
        """Every field, for storage."""
        return {spec.name: getattr(self, spec.name) for spec in fields(self)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read `to_json` back; fields of a later version are passed over."""
        known = {spec.name for spec in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})


@dataclass(frozen=True, slots=True)
class ForkRun:
    """One replay of a fork: what is changed, by what engine, and into which trace.

    `runner_url` and `runner_secret` are the caller's own runner and the secret that requests to it are signed with.
    """

    fork_id: str
    digest: str
    trace_id: str
    engine: Engine
    substitutions: tuple[Substitution, ...]
    requested_at: str
    requested_by: str
    runner_url: str | None = None
    runner_secret: str | None = None


def run_digest(substitutions: tuple[Substitution, ...], engine: str, runner_url: str | None = None) -> str:
    """What two requests for the same replay have in common, 32 hex digits."""
    said = [[one.to_json() for one in substitutions], engine, runner_url]
    return sha256(canonical(said, "substitutions")).hexdigest()[:32]


def run_trace_id(fork_id: str, digest: str) -> str:
    """The trace of a fork's replay: `trc_` and 26 hex digits that follow from both."""
    return f"trc_{sha256(f'{fork_id}:{digest}'.encode()).hexdigest()[:26]}"
