"""A run as steps: a span is one step, and so is an event without a span.

A step has a request (what went in), a response (what came out of it) and what it took. Ids, times and counts are no
part of either, since no two runs share them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from wakeline.domain import times
from wakeline.domain.canonical import canonical
from wakeline.domain.events import Event, NewEvent

Recorded = Event | NewEvent

REQUEST = ("input", "arguments", "query", "prompt", "messages", "system", "parameters", "temperature")
"""Payload fields that go into a step. `model` goes in, too, of a language model's call."""

IDENTITY = ("name", "tool_name", "agent_type", "description", "model", "phase", "call_id", "started_at", "agent_id")

TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")

PASSING = frozenset(
    {
        *TOKENS,
        *("phase", "call_id", "started_at", "ended_at", "duration_ms", "latency_ms", "cost_usd", "cost_source"),
        *("message_id", "request_id", "uuid", "artifact_id", "storage_path", "event_time_map", "agent_id"),
        *("fork_id", "origin_trace_id"),
    }
)
"""Fields that differ between any two runs and say nothing of what happened."""

LIFECYCLE = frozenset({"session_start", "session_end"})
GIVEN = frozenset({"user_message", "session_start", "notification", "compaction", "metric", "fork_point"})
"""What comes from outside the agent, or counts: whatever the agent does otherwise, it stays as recorded."""

MARK = "_replay"
"""Where the metadata of a replayed event says how it came about."""
UNRECORDED = "custom.unrecorded"
"""An event that the record cannot give, of a type that cannot stand without its content; `payload.type` names it."""

_FAMILY = {"tool_result": "tool_call", "subagent_stop": "agent", "subagent_start": "agent"}


@dataclass(slots=True)
class Part:
    """One event of a step: its place in the run, and the event."""

    place: int
    event: Recorded

    @property
    def payload(self) -> dict[str, Any]:
        return self.event.payload or {}


@dataclass
class Step:
    """One step. `place` is the index of its first event in the run, `position` that among the run's steps."""

    position: int
    place: int
    kind: str
    id: str
    span_id: str | None
    parts: list[Part] = field(default_factory=list)

    @cached_property
    def fields(self) -> dict[str, Any]:
        """What its events say, merged: a field that a later event says otherwise is there a second time."""
        merged: dict[str, Any] = {}
        for part in self.parts:
            for name, value in part.payload.items():
                if value is None or name in PASSING:
                    continue
                said = name
                while said in merged and merged[said] != value:
                    said += "'"
                merged[said] = value
        return merged

    @cached_property
    def name(self) -> str:
        """What is done, or by what; the model's name is none."""
        for name in ("tool_name", "name", "agent_type", "path"):
            value = self.fields.get(name)
            if isinstance(value, str):
                return value
        return ""

    @property
    def key(self) -> tuple[str, str]:
        """What steps are told apart by first."""
        return self.kind, self.name

    @cached_property
    def request(self) -> dict[str, Any]:
        """What went in; empty when it was not recorded."""
        return {name: self.fields[name] for name in REQUEST if name in self.fields}

    @property
    def model(self) -> str | None:
        model = self.fields.get("model")
        return model if isinstance(model, str) else None

    @cached_property
    def output(self) -> Any:
        """What came out, as later steps may contain it; None when nothing was recorded."""
        for name in ("output", "result", "documents", "content"):
            if name in self.fields:
                return self.fields[name]
        return None

    @property
    def error(self) -> Any:
        return self.fields.get("error") or (self.fields.get("message") if self.kind == "error" else None)

    @cached_property
    def is_unrecorded(self) -> bool:
        """Whether a replay could not tell what came out of this step."""
        marks = ((part.event.metadata or {}).get(MARK) for part in self.parts)
        return any(isinstance(mark, dict) and mark.get("outcome") == "unrecorded" for mark in marks)

    @cached_property
    def content(self) -> str:
        """A digest of everything that is compared."""
        said = [self.kind, self.fields, self.is_unrecorded]
        return sha256(canonical(said)).hexdigest()

    @cached_property
    def tokens(self) -> int:
        return sum(count for part in self.parts for name in TOKENS if isinstance(count := part.payload.get(name), int))

    @cached_property
    def cost_usd(self) -> float | None:
        """US dollars; None when nothing was priced."""
        costs = [cost for part in self.parts if isinstance(cost := part.payload.get("cost_usd"), int | float)]
        return round(sum(costs), 12) if costs else None

    @cached_property
    def duration_ms(self) -> float | None:
        """How long it took: as it says, or from its first event to its last."""
        for part in reversed(self.parts):
            for name in ("duration_ms", "latency_ms"):
                took = part.payload.get(name)
                if isinstance(took, int | float):
                    return float(took)
        first, last = self.parts[0].event.timestamp, self.parts[-1].event.timestamp
        if len(self.parts) < 2 or first is None or last is None:
            return None
        return times.seconds_between(first, last) * 1000


def steps_of(events: Iterable[Recorded]) -> list[Step]:
    """The steps of a run's events, given in order; a step stands where its first event does.

    A tool's result belongs to its call and a sub-agent's stop to its start; other events join the span of their type
    when they end or correct it.
    """
    steps: list[Step] = []
    open_spans: dict[tuple[str, str], Step] = {}
    for place, event in enumerate(events):
        payload = event.payload or {}
        kind = _FAMILY.get(event.type, event.type)
        if event.type == UNRECORDED and isinstance(payload.get("type"), str):
            kind = _FAMILY.get(payload["type"], payload["type"])
        joined = open_spans.get((event.span_id, kind)) if event.span_id is not None else None
        ends = event.type in ("tool_result", "subagent_stop") or payload.get("phase") == "end" or "revision" in payload
        if joined is None or not ends:
            joined = Step(len(steps), place, kind, event.span_id or event.id or f"#{place}", event.span_id)
            steps.append(joined)
            if event.span_id is not None:
                open_spans[event.span_id, kind] = joined
        joined.parts.append(Part(place, event))
    return steps


def is_closing(event: Recorded) -> bool:
    """Whether a replay added this end, to a run that had none."""
    mark = (event.metadata or {}).get(MARK)
    return isinstance(mark, dict) and mark.get("outcome") == "closing"


def input_hash(kind: str, name: str, request: dict[str, Any], model: str | None) -> str:
    """What a cassette finds a step by: the digest of its kind, name and request over canonical JSON."""
    asked = {"kind": kind, "name": name, "request": request, **({"model": model} if kind == "llm_call" else {})}
    return sha256(canonical(asked)).hexdigest()
