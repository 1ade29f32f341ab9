"""Rows of a workspace with a million events, made without a million events: one session's counters, many times."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from wakeline.domain.events import NewEvent
from wakeline.domain.rollups.counts import Counts, add
from wakeline.domain.rollups.snapshot import Group, Place, Rows, Snapshot
from wakeline.domain.rollups.walk import Walk
from wakeline.domain.segments import write as hashed
from wakeline.services.rollup_ports import RollupStore

DAYS, PROJECTS, SESSIONS, EVENTS = 90, 10, 12, 100
"""On each day, 12 sessions in each of 10 projects, of 100 events each: 10 800 sessions, 1 080 000 events."""
TODAY = datetime.now(UTC).date()


def events(day: date) -> list[dict[str, Any]]:
    """The events of one session: prompts, responses of two models, tools that fail now and then, files."""
    at = {"timestamp": f"{day.isoformat()}T12:00:00.000Z"}
    found: list[dict[str, Any]] = []
    for number in range(EVENTS // 5):
        call = {"tool_name": ("Bash", "Edit", "Read", "mcp__db__query")[number % 4], "call_id": f"c{number}"}
        arguments = {"arguments": {"file_path": f"/home/ann/shop/src/module_{number % 15}/file_{number}.py"}}
        failed = {"error": f"File not found: {number}"} if number % 7 == 0 else {}
        tokens = {"input_tokens": 10, "output_tokens": 5, "cache_read_tokens": 1000}
        found += [
            {"type": "user_message", "payload": {"content": "Fix the failing test, please"}},
            {"type": "llm_call", "payload": {"model": f"claude-model-{number % 2}", "cost_usd": 0.01, **tokens}},
            {"type": "agent_message", "payload": {"content": "done"}},
            {"type": "tool_call", "payload": call | arguments},
            {"type": "tool_result", "payload": {"call_id": f"c{number}", "duration_ms": 10, **failed}},
        ]
    return [each | at for each in found]


def counted(day: date) -> Walk:
    """One session, counted."""
    walk = Walk(lambda *_: None)
    for index, said in enumerate(events(day)):
        sent = NewEvent.read(said)
        envelope = {
            "actor": sent.actor_in(None),
            "id": f"evt_{index}",
            "index": index,
            "received_at": sent.timestamp,
            "seq": index,
            "timestamp": sent.timestamp,
            "type": sent.type,
        }
        walk.feed(hashed(envelope, sent.payload, None, bytes(8), bytes(32))[0])
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
                add(found.setdefault(place, {}), {key: value * SESSIONS for key, value in counts.items()})
    return found


def write(store: RollupStore, workspace_id: str, found: Rows) -> None:
    """Put rows into an empty store, as many at once as a transaction takes. Raises RuntimeError for another."""
    places: list[tuple[Place, Counts]] = list(found.items())
    for at in range(0, len(places), 90):
        some = {place: (None, counts) for place, counts in places[at : at + 90]}
        if not store.write(workspace_id, 0, [], some, "made_up"):
            raise RuntimeError("there are rows already")
