"""A trace: the HEAD of its ledger. A session is the same thing under its other name, with the same id."""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, Self

from . import chain, money, times
from .canonical import canonical
from .delta import Delta, summed, union
from .errors import Invalid, TooLarge

STALE_AFTER = timedelta(minutes=30)
RECENT_KEYS = 1000
MAX_BYTES = 128 * 1024
"""How much may be said of a trace at its creation. HEAD is one item of at most 400 KB, and events add up to 150 KB to
it.
"""

BROKEN = "broken"
"""The seal of a HEAD that was read and did not bear its own: once broken, no later write mends it."""

RESERVED = "wakeline:"
"""Ids that begin so are Wakeline's own traces: readable like others, in no list, and written by nobody else."""

_STATUS = {
    "executed": "completed",
    "completed_with_approval": "completed",
    "blocked": "failed",
    "denied": "failed",
    "expired": "failed",
}
_OUTCOMES = {"running": "in_progress", "completed": "executed", "failed": "blocked"}


def is_reserved(trace_id: str) -> bool:
    """Whether a trace of that id is Wakeline's own."""
    return trace_id.startswith(RESERVED)


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything HEAD says.

    The first block is what its creator said, the second what people set later, the third what its events add up to.
    `changed_at` (the server's clock) and `version` move with each write; `seal` covers all of it, so that verify finds
    any that was changed by hand.
    """

    workspace_id: str
    project_id: str
    id: str
    created_at: str
    created_by: str
    started_at: str
    name: str | None = None
    user_goal: str | None = None
    agent: str | None = None
    agent_id: str | None = None
    environment: str | None = None
    source: str | None = None
    metadata: dict[str, Any] | None = None
    repo: str | None = None
    author: str | None = None
    branch: str | None = None
    cwd: str | None = None
    tool: str | None = None
    model: str | None = None
    parent_trace_id: str | None = None
    request_digest: str | None = None
    governance: dict[str, Any] | None = None

    tags: list[str] = field(default_factory=list)
    notes: str | None = None
    deleted: dict[str, Any] | None = None

    last_index: int = -1
    first_seq: int | None = None
    last_seq: int = -1
    head_hash: str = ""
    counters: dict[str, int] = field(default_factory=dict)
    cost: str = "0"
    last_at: str = ""
    status: str = "running"
    final_outcome: str | None = None
    approval: dict[str, str | None] | None = None
    ended_at: str | None = None
    prompt: str | None = None
    title: str | None = None
    models: list[str] = field(default_factory=list)
    recent_keys: str = ""
    transcript: dict[str, Any] | None = None

    changed_at: str = ""
    version: int = 0
    seal: str = ""

    @property
    def event_count(self) -> int:
        return self.last_index + 1

    @property
    def head(self) -> bytes:
        """The hash that the next event's prev_hash must be; empty, which fits nothing, where HEAD holds no hash."""
        try:
            return chain.unspell(self.head_hash)
        except ValueError:
            return b""

    @property
    def outcome(self) -> str:
        """The governance outcome; of a trace that nobody governed, what its status amounts to."""
        if self.governance is not None:
            return self.final_outcome or "in_progress"
        return _OUTCOMES[self.status]

    @property
    def is_own(self) -> bool:
        """Whether Wakeline alone writes this trace: its own ones, and those of governed actions."""
        return self.is_hidden or self.governance is not None

    @property
    def is_hidden(self) -> bool:
        """Whether this trace is Wakeline's own, and in no list."""
        return is_reserved(self.id)

    @property
    def summary(self) -> str | None:
        """What to call this trace in a list."""
        return self.title or self.name or self.user_goal or self.prompt

    @property
    def cost_usd(self) -> float | None:
        """US dollars; None when calls were made and none could be priced: unknown is not free."""
        calls = self.counters.get("llm_calls", 0)
        if calls and self.counters.get("unpriced_calls", 0) >= calls and Decimal(self.cost) == 0:
            return None
        return float(Decimal(self.cost))

    @property
    def total_tokens(self) -> int:
        return sum(self.counters.get(name, 0) for name in TOKEN_KINDS)

    def status_at(self, now: datetime) -> str:
        """The status to show: a running trace without an event for half an hour is stale."""
        if self.status == "running" and now - times.parse(self.last_at or self.created_at) > STALE_AFTER:
            return "stale"
        return self.status

    @property
    def finished_at(self) -> str | None:
        """When it ended; of a trace without an end, its last event."""
        return self.ended_at or self.last_at or None

    def sealed(self) -> Self:
        """This trace with its seal set, unless it is broken. Every write of HEAD goes through here."""
        return self if self.seal == BROKEN else replace(self, seal=seal_of(self))

    def checked(self) -> Self:
        """This trace as read from a store: with its seal marked broken when it does not fit."""
        try:
            return self if self.seal == seal_of(self) else replace(self, seal=BROKEN)
        except Invalid:
            return replace(self, seal=BROKEN)

    def rewritten(self, now: datetime, **changes: Any) -> Self:
        """The next HEAD, changed otherwise than by events."""
        return replace(self, **changes, changed_at=times.render(now), version=self.version + 1).sealed()

    def to_json(self) -> dict[str, Any]:
        """Every field, for storage. Not a copy: what it holds is the trace's own."""
        return {spec.name: getattr(self, spec.name) for spec in fields(self)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read `to_json` back; fields of a later version are passed over."""
        known = {spec.name for spec in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})


TOKEN_KINDS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")


def new_trace(workspace_id: str, trace_id: str, *, own: bool = False, **facts: Any) -> Trace:
    """A trace with no events yet.

    `own` marks one that Wakeline keeps itself. Raises `TooLarge` when more than `MAX_BYTES` is said of it, `Invalid`
    for a reserved id of anybody else's.
    """
    if not own and is_reserved(trace_id):
        raise Invalid(f"ids that begin with {RESERVED} are reserved", field="id")
    empty = chain.spell(chain.genesis(workspace_id, trace_id))
    said = {"changed_at": facts["created_at"], **facts}
    trace = Trace(workspace_id=workspace_id, id=trace_id, head_hash=empty, **said)
    if len(canonical(trace.to_json(), "trace")) > MAX_BYTES:
        raise TooLarge(
            f"more than {MAX_BYTES // 1024} KB are said of the trace; put large content in its events", field="metadata"
        )
    return trace.sealed()


def seal_of(trace: Trace) -> str:
    """The hash over every field of HEAD that says something, but `seal`."""
    return seal_over(trace.to_json())


def seal_over(said: dict[str, Any]) -> str:
    """The seal of a HEAD as JSON. What is null is left out: a field that a later version adds changes no seal."""
    covered = {name: value for name, value in said.items() if name != "seal" and value is not None}
    return chain.spell(sha256(b"\x02" + canonical(covered, "trace")).digest())


def fold(trace: Trace, segment: "SegmentFacts", delta: Delta) -> Trace:
    """Add one segment to its trace. Pure: folding all segments of a ledger in order gives its HEAD."""
    outcome = delta.outcome if trace.governance is not None else None
    return replace(
        trace,
        last_index=segment.last_index,
        first_seq=segment.first_seq if trace.first_seq is None else trace.first_seq,
        last_seq=segment.last_seq,
        head_hash=chain.spell(segment.head_hash),
        counters=summed(trace.counters, delta.counters),
        cost=money.spell(money.add(Decimal(trace.cost), Decimal(delta.cost))),
        last_at=max(trace.last_at, delta.last_at, key=times.sortable) if trace.last_at else delta.last_at,
        status=_STATUS[outcome] if outcome else delta.status or trace.status,
        ended_at=delta.last_at if outcome else delta.ended_at if delta.status else trace.ended_at,
        final_outcome=outcome or trace.final_outcome,
        approval=delta.approval or trace.approval if trace.governance is not None else None,
        started_at=min(trace.started_at, delta.started_at or trace.started_at, key=times.sortable),
        prompt=trace.prompt or delta.prompt,
        title=delta.title or trace.title,
        models=union(trace.models, delta.models),
        recent_keys=(trace.recent_keys + delta.keys)[-8 * RECENT_KEYS :],
        transcript=delta.source or trace.transcript,
        changed_at=max(trace.changed_at, delta.received_at, key=times.sortable),
        version=trace.version + 1,
    ).sealed()


@dataclass(frozen=True, slots=True)
class SegmentFacts:
    """What folding needs of a segment: its place and the hash it ends on."""

    first_index: int
    count: int
    first_seq: int
    last_seq: int
    prev_hash: bytes
    head_hash: bytes

    @property
    def last_index(self) -> int:
        return self.first_index + self.count - 1
