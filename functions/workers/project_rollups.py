"""Started by the table's stream — counts what traces hold into the rows that statistics and budgets are read from.

A committed segment starts it, a new trace, one whose start or project became known, and a tombstone.
"""

from typing import Any

from wakeline import wiring
from wakeline.batch import stream_entry
from wakeline.services import rollups
from wakeline.wiring import stats


def read(record: dict[str, Any]) -> tuple[str, str] | None:
    """The trace that is concerned, by workspace; what there is to count is read from its ledger."""
    return stats.touched_trace(record)


def project_rollups(workspace_id: str, trace_ids: list[str]) -> tuple[int, ...]:
    """Bring the rows up to the traces' ledgers."""
    rollups.roll(stats.rollups(), wiring.ledger(), wiring.price(), wiring.env(), workspace_id, trace_ids)
    return ()


handler = stream_entry(read, project_rollups)
