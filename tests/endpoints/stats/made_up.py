"""Rows of a workspace with a million events, made without a million events: one session's counters, many times."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.factories import batch, llm_call, make_trace, message
from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from wakeline.domain.rollups.counts import Counts, add
from wakeline.domain.rollups.snapshot import Group, Place, Rows, Snapshot
from wakeline.domain.rollups.walk import Walk
from wakeline.services import ledger
from wakeline.services.rollup_ports import RollupStore

DAYS, PROJECTS, SESSIONS, EVENTS = 90, 10, 12, 100
"""On each day, 12 sessions in each of 10 projects, of 100 events each: 10 800 sessions, 1 080 000 events."""
TODAY = datetime.now(UTC).date()


def events(day: date) -> list[dict[str, Any]]:
    """The events of one session: prompts, responses of two models, tools that fail now and then, files."""
    at = {"timestamp": f"{day.isoformat()}T12:00:00Z"}
    found: list[dict[str, Any]] = []
    for number in range(EVENTS // 5):
        call = {"tool_name": ("Bash", "Edit", "Read", "mcp__db__query")[number % 4], "call_id": f"c{number}"}
        arguments = {"arguments": {"file_path": f"/home/ann/shop/src/module_{number % 15}/file_{number}.py"}}
        failed = {"error": f"File not found: {number}"} if number % 7 == 0 else {}
        found += [
            message("Fix the failing test, please"),
            llm_call(model=f"claude-model-{number % 2}", cache_read_tokens=1000, cost_usd=0.01),
            {"type": "agent_message", "payload": {"content": "done"}},
            {"type": "tool_call", "payload": call | arguments},
            {"type": "tool_result", "payload": {"call_id": f"c{number}", "duration_ms": 10, **failed}},
        ]
    return [each | at for each in found]


def counted(day: date) -> Walk:
    """One session, counted from its ledger."""
    store, env = MemoryLedger(), fixed_env()
    store.create(make_trace("a"))
    ledger.append(store, env, "ws_1", "a", batch(*events(day)))
    walk = Walk(lambda *_: None)
    for segment in store.segments("ws_1", "a"):
        for event in segment.events():
            walk.feed(event)
    return walk


def rows() -> Rows:
    """Everything that the sessions add up to."""
    found: Rows = {}
    for back in range(DAYS):
        day = TODAY - timedelta(days=back)
        walk = counted(day)
        for project in range(PROJECTS):
            group = Group("proj_1", f"/home/ann/project-{project}", "")
            for place, counts in Snapshot(group, day.isoformat(), walk.days).rows().items():
                many = {key: value * SESSIONS for key, value in counts.items()}
                add(found.setdefault(place, {}), many)
    return found


def write(store: RollupStore, workspace_id: str, found: Rows) -> None:
    """Put rows into an empty store, as many at once as a transaction takes."""
    places: list[tuple[Place, Counts]] = list(found.items())
    for at in range(0, len(places), 90):
        some = {place: (None, counts) for place, counts in places[at : at + 90]}
        assert store.write(workspace_id, 0, [], some, "made_up")
