"""Reading statistics: which rows answer a question, and few of them. What they say is for `domain.stats`.

Without dates a question is about all days, and the row that all days add up to answers it. With dates the rows of those
days do: whole days, UTC.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wakeline.domain import times
from wakeline.domain.caller import Caller
from wakeline.domain.config import overrides_of
from wakeline.domain.errors import Invalid
from wakeline.domain.rollups.counts import Counts, add
from wakeline.domain.rollups.snapshot import EVER, WORKSPACE, Group, Place, folder_scope, project_scope
from wakeline.domain.rollups.usage import Overrides
from wakeline.domain.rollups.walk import MAIN
from wakeline.domain.stats import names
from wakeline.domain.trace_filter import TraceFilter, last_component

from .config_ports import ConfigStore
from .ports import LedgerStore, TraceIndex
from .rollup_ports import RollupStore
from .session_items import session_of

FIRST_DAY, LAST_DAY = "1970-01-01", "2099-12-31"
MAX_DAYS = 3_660
"""Days that an answer has an entry for each of."""
TREND_DAYS = 30
ACTIVE = timedelta(minutes=15)
"""A session that did something so lately is active."""
_LOOK_BACK = timedelta(days=1)
_MOST_ACTIVE = 200
"""Sessions, begun within a day, that are looked at for whether they are active."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for: a project by folder, its last part or repository; days as RFC 3339 or dates, ends included."""

    project: str | None = None
    project_id: str | None = None
    first: str | None = None
    last: str | None = None

    @property
    def dated(self) -> bool:
        """Whether it is about certain days."""
        return self.first is not None or self.last is not None


def question(
    caller: Caller, project: str | None, project_id: str | None, first: str | None, last: str | None
) -> Question:
    """A question of checked parameters. Raises `Invalid` naming `from` or `to`, `NotFound` for another's project."""
    days = [
        times.parse(text, name).date().isoformat() if text else None for text, name in ((first, "from"), (last, "to"))
    ]
    if days[0] and days[1] and days[0] > days[1]:
        raise Invalid("from is after to", field="from")
    return Question(project, caller.narrowed(project_id), days[0], days[1])


@dataclass(frozen=True, slots=True)
class Reader:
    """Rows of the projects that a question is about, and the prices that the workspace sets."""

    read_days: Callable[[str, str, str], dict[str, Counts]]
    read_ever: Callable[[str], Counts]
    asked: Question
    overrides: Overrides
    today: date

    def counts(self, kind: str = MAIN) -> Counts:
        """What the days asked for add up to."""
        if not self.asked.dated:
            return self.read_ever(kind)
        total: Counts = {}
        for counts in self.read_days(kind, self.asked.first or FIRST_DAY, self.asked.last or LAST_DAY).values():
            add(total, counts)
        return total

    def ever(self) -> Counts:
        """What all days add up to, whatever days are asked for."""
        return self.read_ever(MAIN)

    def by_day(self, days: Sequence[str]) -> dict[str, Counts]:
        """The rows of a run of days, by day; a day without any has none."""
        return self.read_days(MAIN, days[0], days[-1]) if days else {}

    def days(self, number: int) -> list[str]:
        """The days asked for, or the last `number` up to the last one asked for, or today.

        Raises `Invalid` for more than `MAX_DAYS`.
        """
        last = date.fromisoformat(self.asked.last) if self.asked.last else self.today
        if self.asked.first is None:
            first = date.fromordinal(max(1, last.toordinal() - number + 1))
        else:
            first = date.fromisoformat(self.asked.first)
        if (last - first).days >= MAX_DAYS:
            raise Invalid(f"from: is more than {MAX_DAYS} days ago; give a nearer one, or an earlier to", field="from")
        return [date.fromordinal(at).isoformat() for at in range(first.toordinal(), last.toordinal() + 1)]


def open_reader(store: RollupStore, config: ConfigStore, workspace_id: str, asked: Question, now: datetime) -> Reader:
    """Find the rows that a question is about. A project that nobody knows has none: its numbers are zero."""
    generation = store.generations(workspace_id).read
    base = WORKSPACE if asked.project_id is None else project_scope(asked.project_id)
    scopes = [base]
    if asked.project is not None:
        known = (Group.read(name) for name in names.named(store.ever(workspace_id, generation, base, MAIN), "project"))
        scopes = [folder_scope(group) for group in known if _is_meant(asked.project, group)]

    def read_days(kind: str, first: str, last: str) -> dict[str, Counts]:
        found: dict[str, Counts] = {}
        for scope in scopes:
            for day, counts in store.days(workspace_id, generation, scope, kind, first, last):
                add(found.setdefault(day, {}), counts)
        return found

    def read_ever(kind: str) -> Counts:
        found: Counts = {}
        for scope in scopes:
            add(found, store.ever(workspace_id, generation, scope, kind))
        return found

    overrides = overrides_of(config.current(workspace_id).settings)
    return Reader(read_days, read_ever, asked, overrides, now.date())


def _is_meant(project: str, group: Group) -> bool:
    """As lists of sessions have it: the folder, its last part, or the repository."""
    if project in (group.repo, group.path):
        return True
    return project.rstrip("/") == group.path.rstrip("/") or project == last_component(group.path)


def active_sessions(ledger: LedgerStore, index: TraceIndex, caller: Caller, asked: Question, now: datetime) -> int:
    """How many sessions that began within a day, newest first, are running and did something in the last 15 minutes."""
    wanted = TraceFilter(status="running", project=asked.project)
    since = times.render(now - _LOOK_BACK)
    entries, _ = index.entries(caller.workspace_id, asked.project_id, started_from=since, limit=_MOST_ACTIVE)
    running = [entry.trace_id for entry in entries if wanted.admits(entry)]
    heads = ledger.heads(caller.workspace_id, running)
    seen = (times.parse(trace.last_at or trace.created_at) for trace in heads.values() if trace.status == "running")
    return sum(1 for moment in seen if abs(now - moment) <= ACTIVE)


def session_reader(
    store: RollupStore, config: ConfigStore, ledger: LedgerStore, caller: Caller, session_id: str, now: datetime
) -> Reader:
    """The rows that one session adds up to. Raises `NotFound`."""
    trace = session_of(ledger, caller, session_id)
    mark = store.marks(trace.workspace_id, [trace.id]).get(trace.id)
    rows = mark.want.rows() if mark is not None else {}
    scope = folder_scope(mark.want.group) if mark is not None else ""

    def read_days(kind: str, first: str, last: str) -> dict[str, Counts]:
        mine = ((at.day, counts) for at, counts in rows.items() if (at.scope, at.kind) == (scope, kind))
        return {day: counts for day, counts in mine if first <= day <= last}

    def read_ever(kind: str) -> Counts:
        return rows.get(Place(scope, kind, EVER), {})

    overrides = overrides_of(config.current(trace.workspace_id).settings)
    return Reader(read_days, read_ever, Question(), overrides, now.date())
