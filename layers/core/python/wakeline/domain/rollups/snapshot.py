"""What one trace adds to the rollups, and how to get from what is in the rows to what should be there."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, NamedTuple, Self

from wakeline.domain.trace import Trace

from .counts import Counts, add, from_json, to_json
from .walk import FILE, MAIN, Days

EVER = "EVER"
"""In place of a day: the row that all days add up to. Sorts behind every day."""

WORKSPACE = "W"
STEP_DAYS = 3
"""Days that one write moves, when there are too many for one transaction."""


class Group(NamedTuple):
    """Which project a trace belongs to: the key's project, the folder (or else the repository), the repository."""

    project_id: str
    path: str
    repo: str

    @property
    def name(self) -> str:
        """As a name of counters."""
        return json.dumps(list(self), ensure_ascii=False)

    @classmethod
    def read(cls, name: str) -> Self:
        """Read `name` back."""
        return cls(*json.loads(name))


def project_scope(project_id: str) -> str:
    """`P.proj_1`: the rows of a project."""
    return f"P.{project_id}"


def folder_scope(group: Group) -> str:
    """`D.<32 hex digits>`: the rows of one folder and repository in one project. A path may hold any character."""
    return f"D.{sha256(group.name.encode()).hexdigest()[:32]}"


class Place(NamedTuple):
    """Which row: `day` is `YYYY-MM-DD` or `EVER`."""

    scope: str
    kind: str
    day: str


Rows = dict[Place, Counts]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Counters of a trace by (day, kind), the project they go to, and the day on which the session began."""

    group: Group
    start: str | None
    days: Days = field(default_factory=dict)

    def rows(self) -> Rows:
        """Everything that the trace adds to rows."""
        rows: Rows = {}
        folder = folder_scope(self.group)
        scopes = (WORKSPACE, project_scope(self.group.project_id), folder)
        for (day, kind), counts in self.days.items():
            placed = self._placed(counts)
            for scope in (folder,) if kind == FILE else scopes:
                for at in (day, EVER):
                    add(rows.setdefault(Place(scope, kind, at), {}), placed)
                if kind == MAIN:
                    add(rows[Place(scope, kind, day)], {("total", "", "active_sessions"): 1})
        if self.start is not None:
            session: Counts = {("total", "", "sessions"): 1, ("project", self.group.name, "sessions"): 1}
            for scope in scopes:
                for at in (self.start, EVER):
                    add(rows.setdefault(Place(scope, MAIN, at), {}), session)
        return {place: counts for place, counts in rows.items() if counts}

    def _placed(self, counts: Counts) -> Counts:
        """The counters as rows have them: a model's use says in which project."""
        placed: Counts = {}
        for (dimension, name, measure), value in counts.items():
            if dimension == "use":
                name = json.dumps([*self.group, name], ensure_ascii=False)
            elif (dimension, measure) == ("total", "tool_calls"):
                placed["project", self.group.name, measure] = value
            placed[dimension, name, measure] = value
        return placed

    def to_json(self) -> dict[str, Any]:
        """For storage."""
        days = {f"{day} {kind}": to_json(counts) for (day, kind), counts in self.days.items()}
        return {"group": list(self.group), "start": self.start, "days": days}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read `to_json` back."""
        days = {(at[:10], at[11:]): from_json(nested) for at, nested in stored["days"].items()}
        return cls(Group(*stored["group"]), stored["start"], days)


def group_of(trace: Trace) -> Group:
    """The project that a trace's statistics count for."""
    return Group(trace.project_id, trace.cwd or trace.repo or "", trace.repo or "")


def empty(group: Group) -> Snapshot:
    """A trace that adds nothing."""
    return Snapshot(group, None)


def difference(have: Snapshot, want: Snapshot) -> Rows:
    """What is to be added to rows that hold `have` for them to hold `want`."""
    rows = want.rows()
    for place, counts in have.rows().items():
        add(rows.setdefault(place, {}), counts, sign=-1)
    return {place: counts for place, counts in rows.items() if counts}


def steps(have: Snapshot, want: Snapshot, most: int) -> Iterator[Snapshot]:
    """From `have` to `want`, so that each step changes few rows: one step where `most` rows are enough."""
    if len(difference(have, want)) <= most:
        yield want
        return
    at = have
    if have.group != want.group:
        for days in _few(sorted({day for day, _ in have.days})):
            at = replace(at, days={key: counts for key, counts in at.days.items() if key[0] not in days})
            yield at
        at = empty(want.group)
        yield at
    for days in _few(sorted({day for day, _ in at.days} | {day for day, _ in want.days})):
        others = {key: counts for key, counts in at.days.items() if key[0] not in days}
        at = replace(at, days=others | {key: counts for key, counts in want.days.items() if key[0] in days})
        yield at
    yield want


def _few(days: list[str]) -> Iterator[set[str]]:
    for at in range(0, len(days), STEP_DAYS):
        yield set(days[at : at + STEP_DAYS])
