"""Statistics: what a dashboard of all thirteen costs beside a recount from the ledger, and what counting costs."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from bench import analytics_rows as made_up
from bench.machine import table
from bench.rig import Rig, rig
from local.capacity import Calls
from local.engine import record_calls
from wakeline import wiring
from wakeline.domain.events import NewEvent
from wakeline.domain.trace import Trace, new_trace
from wakeline.services import ledger, rollups
from wakeline.wiring import stats

SESSIONS = 400
"""Recorded for real; the rows of ten thousand are made up."""
SMALL, LARGE = "ws_local", "ws_other"
PATHS = (
    "", "/daily", "/tools", "/models", "/projects", "/skills", "/mcp", "/errors", "/token-efficiency",
    "/prompt-patterns", "/file-heatmap", "/session-breakdown", "/project-breakdown",
)  # fmt: skip


def main() -> None:
    """Print the table."""
    with rig() as running:
        with record_calls() as recorded:
            names = _record()
        with record_calls() as counting:
            for at in range(0, len(names), 100):
                _roll(names[at : at + 100])
        with record_calls() as recount:
            count = sum(1 for name in names for _ in ledger.read_events(wiring.ledger(), _head(name)))
        small = _dashboard(running, "wl_local_admin", names[0])
        made_up.write(stats.rollups(), LARGE, made_up.rows())
        other = new_trace(LARGE, "trc_other", **_facts(0))
        wiring.ledger().create(other)
        large = _dashboard(running, "wl_other_admin", "trc_other")
        first = made_up.TODAY - timedelta(days=made_up.DAYS - 1)
        dated = _dashboard(running, "wl_other_admin", "trc_other", **{"from": first.isoformat()})
    many = made_up.DAYS * made_up.PROJECTS * made_up.SESSIONS
    table(
        "Statistics: capacity units",
        ("what", "sessions", "events", "calls", "RCU", "WCU"),
        [
            ("recording the sessions", len(names), count, *_units(recorded)),
            ("counting them, 100 sessions at a time", len(names), count, *_units(counting)),
            ("a dashboard: all thirteen, all days", len(names), count, *_units(small)),
            ("a recount that reads the ledger", len(names), count, *_units(recount)),
            ("a dashboard: all thirteen, all days", many, many * made_up.EVENTS, *_units(large)),
            (f"a dashboard of {made_up.DAYS} days by from=", many, many * made_up.EVENTS, *_units(dated)),
        ],
        "Each request's authentication (1 WCU) is in it. The last two read rows that were made up, not recorded.",
    )


def _units(calls: Calls) -> tuple[int, float, float]:
    found = calls.dynamodb
    return len(found), sum(call.rcu for call in found), sum(call.wcu for call in found)


def _facts(number: int) -> dict[str, Any]:
    at = f"{(made_up.TODAY - timedelta(days=number % made_up.DAYS)).isoformat()}T12:00:00.000Z"
    cwd = f"/home/ann/project-{number % made_up.PROJECTS}"
    return {"project_id": "proj_1", "created_at": at, "created_by": "bench", "started_at": at, "cwd": cwd}


def _record() -> list[str]:
    names = [f"trc_{number}" for number in range(SESSIONS)]
    for number, name in enumerate(names):
        wiring.ledger().create(new_trace(SMALL, name, **_facts(number)))
        day = made_up.TODAY - timedelta(days=number % made_up.DAYS)
        sent = [(place, NewEvent.read(event)) for place, event in enumerate(made_up.events(day))]
        ledger.append(wiring.ledger(), wiring.env(), SMALL, name, sent)
    return names


def _head(name: str) -> Trace:
    return ledger.living(wiring.ledger().head(SMALL, name))


def _roll(names: list[str]) -> None:
    rollups.roll(stats.rollups(), wiring.ledger(), wiring.price(), wiring.env(), SMALL, names)


def _dashboard(running: Rig, key: str, session_id: str, **query: str) -> Calls:
    with record_calls() as calls:
        for path in PATHS:
            named = {"session_id": session_id} if path == "/session-breakdown" else dict(query)
            if path in ("/file-heatmap", "/project-breakdown"):
                named["project"] = "project-3"
            running.call("GET", f"/api/stats{path}", query=urlencode(named), key=key)
    return calls
