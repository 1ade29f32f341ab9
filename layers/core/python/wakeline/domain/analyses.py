"""What is stored of a run's analysis: the result, the record it speaks of, and the incidents it led to."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any, Literal, Self

from .detectors import Recorded
from .incidents.fault import Fault

FIRST_EVENTS = 100_000
LAST_EVENTS = 50_000
"""Of a run that is longer than both together, the events between are left out: memory must have a bound."""
LONG_TEXT = 20_000
SHORT_TEXT = 400
TEXT_BUDGET = 48 * 1024 * 1024
"""Characters of payloads that are held in full; from there on the beginning and end of each text has to do."""


@dataclass(frozen=True, slots=True)
class StoredAnalysis:
    """The analysis of a trace up to an event: `head_hash` is that event's, `event_count` how many there were.

    `faults` are what the incidents were made of; `source` says whether our detectors or a service wrote it.
    """

    workspace_id: str
    project_id: str
    trace_id: str
    head_hash: str
    event_count: int
    seen_at: str
    detector_version: str
    labels: tuple[str, ...]
    confidence: float
    critical_step_seq: int | None
    critical_agent: str | None
    root_cause: str | None
    detections: tuple[dict[str, Any], ...]
    faults: tuple[Fault, ...] = ()
    linked: tuple[str, ...] = ()
    """Incidents that a service named, beside those of `faults`."""
    source: Literal["detectors", "service"] = "detectors"
    evidence: dict[str, Any] | list[Any] | None = None

    @property
    def incident_ids(self) -> list[str]:
        """The incidents of this run, surest first."""
        own = [fault.incident_id(self.workspace_id, self.project_id) for fault in self.faults]
        return list(dict.fromkeys([*own, *self.linked]))

    def replaces(self, stored: "StoredAnalysis | None") -> bool:
        """Whether this may take the stored one's place: it speaks of as many events, or more.

        A service that looked at the same events knows better than the detectors do.
        """
        if stored is None or self.event_count > stored.event_count:
            return True
        return self.event_count == stored.event_count and (self.source == "service" or stored.source == "detectors")

    def to_json(self) -> dict[str, Any]:
        """Every field, for storage."""
        said = {spec.name: getattr(self, spec.name) for spec in fields(self) if spec.name != "faults"}
        lists = {name: list(said[name]) for name in ("labels", "detections", "linked")}
        return {**said, **lists, "faults": [fault.to_json() for fault in self.faults]}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read `to_json` back; fields of a later version are passed over."""
        known = {spec.name for spec in fields(cls)}
        said = {name: value for name, value in stored.items() if name in known}
        lists = {name: tuple(said[name]) for name in ("labels", "detections", "linked")}
        return cls(**{**said, **lists, "faults": tuple(Fault.from_json(each) for each in said["faults"])})


@dataclass(frozen=True, slots=True)
class Kept:
    """What the detectors need of an event, with its long texts cut."""

    seq: int
    type: str
    timestamp: str
    actor: dict[str, Any] | None
    span_id: str | None
    payload: dict[str, Any] | None


def bounded(events: Iterable[Recorded]) -> Iterator[Kept]:
    """The events for the detectors, in order, so that no run takes more memory than a function has.

    Which are left out and what is cut depends on the events alone.
    """
    read = iter(events)
    spent = 0
    for event in islice(read, FIRST_EVENTS):
        kept, spent = _kept(event, spent)
        yield kept
    last: deque[Kept] = deque(maxlen=LAST_EVENTS)
    for event in read:
        kept, spent = _kept(event, spent)
        last.append(kept)
    yield from last


def _kept(event: Recorded, spent: int) -> tuple[Kept, int]:
    payload = event.payload if isinstance(event.payload, dict) else None
    cutter = _Cutter(LONG_TEXT if spent < TEXT_BUDGET else SHORT_TEXT)
    slim = cutter.cut(payload) if payload is not None else None
    kept = Kept(event.seq, event.type, event.timestamp, event.actor, event.span_id, slim)
    return kept, spent + cutter.length


class _Cutter:
    """Cuts the texts of a value to `most` characters each, their ends kept; `length` is what is left of all."""

    def __init__(self, most: int) -> None:
        self.length = 0
        self._most = most

    def cut(self, value: Any) -> Any:
        if isinstance(value, str):
            if len(value) > self._most:
                half = self._most // 2
                value = f"{value[:half]}\n…\n{value[-half:]}"
            self.length += len(value)
            return value
        if isinstance(value, dict):
            return {name: self.cut(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.cut(each) for each in value]
        self.length += 8
        return value
