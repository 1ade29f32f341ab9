"""Regression runs: whether a change mends the runs of an incident and breaks none that went well."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from wakeline.domain import times

from .steps import Recorded, is_closing, steps_of
from .substitutions import Substitution
from .verdict import problems

Outcome = Literal["pass", "fail", "inconclusive"]
Status = Literal["requested", "running", "completed", "failed"]

MAX_SESSIONS = 20
"""Runs of the incident that are replayed: the first by id."""
MAX_PASSING = 10
"""Runs without the incident's failure that are replayed, to see that they stay so: the newest."""
STUCK_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One session: how its record was judged, how its replay was, and why. `kind` tells the two samples apart."""

    session_id: str
    kind: Literal["incident", "passing"]
    before: Outcome
    after: Outcome
    why: str


@dataclass(frozen=True, slots=True)
class RegressionRun:
    """A run as stored. `verified`: it proves the change; `fallback`: not everything that was to be replayed was."""

    workspace_id: str
    project_id: str
    incident_id: str
    id: str
    label: str
    status: Status
    engine: Literal["recorded", "bedrock"]
    created_at: str
    created_by: str
    updated_at: str
    substitutions: tuple[Substitution, ...] = ()
    pr_url: str | None = None
    reason: str | None = None
    rows: tuple[Row, ...] = ()
    version: int = 0

    def count(self, kind: Literal["before", "after"], outcome: Outcome) -> int:
        return sum(getattr(row, kind) == outcome for row in self.rows)

    @property
    def verified(self) -> bool:
        """Before fails, after passes, no passing session broken: of every session, and of one at least."""
        mended = [row for row in self.rows if row.kind == "incident"]
        kept = [row for row in self.rows if row.kind == "passing"]
        return (
            self.status == "completed"
            and bool(mended)
            and all(row.before == "fail" and row.after == "pass" for row in mended)
            and all(row.after == "pass" for row in kept)
        )

    @property
    def fallback(self) -> bool:
        """Whether something of it was not replayed."""
        return any(row.after == "inconclusive" for row in self.rows)

    def status_at(self, now: datetime) -> tuple[Status, str | None]:
        """The status to show, and why: a run that fell silent failed."""
        if self.status in ("requested", "running") and now - times.parse(self.updated_at) > STUCK_AFTER:
            return "failed", "the run did not end in time"
        return self.status, self.reason

    def to_json(self) -> dict[str, Any]:
        """Every field, for storage."""
        said = {spec.name: getattr(self, spec.name) for spec in fields(self)}
        return {
            **said,
            "rows": [asdict(row) for row in self.rows],
            "substitutions": [one.to_json() for one in self.substitutions],
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read `to_json` back; fields of a later version are passed over."""
        known = {spec.name for spec in fields(cls)}
        said = {name: value for name, value in stored.items() if name in known}
        said["rows"] = tuple(Row(**row) for row in said["rows"])
        said["substitutions"] = tuple(Substitution(**one) for one in said["substitutions"])
        return cls(**said)


def judged(events: Sequence[Recorded], stated: str = "") -> frozenset[str]:
    """What is wrong with a run of that stated goal, as the diff of forks has it."""
    held = [event for event in events if not is_closing(event)]
    return problems(held, steps_of(held), stated)
