"""Started by the table's stream — counts what traces hold into the rows that statistics and budgets are read from.

A committed segment starts it, a new trace, one whose start or project became known, and a tombstone.
"""

from typing import Any

from wakeline import wiring
from wakeline.batch import stream_entry
from wakeline.services import budgets, rollups
from wakeline.wiring import stats


def read(record: dict[str, Any]) -> tuple[str, str] | None:
    """The trace that is concerned, by workspace; what there is to count is read from its ledger."""
    return stats.touched_trace(record)


def project_rollups(workspace_id: str, trace_ids: list[str]) -> tuple[int, ...]:
    """Bring the rows up to the traces' ledgers, and note which budgets are reached by that."""
    env = wiring.env()
    gone = rollups.roll(stats.rollups(), wiring.ledger(), wiring.price(), env, workspace_id, trace_ids)
    for trace_id in gone:
        stats.commits().forget(workspace_id, trace_id)
    budgets.tell(stats.budgets(), stats.opener(workspace_id), workspace_id, env.now())
    return ()


handler = stream_entry(read, project_rollups)
