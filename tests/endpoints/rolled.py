"""Rollups in endpoint tests: nothing delivers the table's stream there, so a test says when the worker has run."""

from typing import Any

from tests.endpoints.stack import Workspace
from wakeline import wiring
from wakeline.services import rollups
from wakeline.wiring import stats


def roll(workspace: Workspace, *trace_ids: str) -> None:
    """Count these traces of a workspace, or all of them."""
    entries, _ = wiring.index().entries(workspace.id, None)
    wanted = trace_ids or [entry.trace_id for entry in entries]
    rollups.roll(stats.rollups(), wiring.ledger(), wiring.price(), wiring.env(), workspace.id, wanted)


def ask(workspace: Workspace, what: str = "", **query: Any) -> Any:
    """What GET `/api/stats…` answers. Fails on an error."""
    answer = workspace.stack.call("GET", f"/api/stats{what}", key=workspace.reader, **query)
    assert answer.status == 200, answer.body
    return answer.json
