"""Part of the reader of changes — counts what happened: one line of metrics for the records of a batch."""

from typing import Any

from wakeline import wiring
from wakeline.observability import count


def count_activity(records: list[dict[str, Any]]) -> None:
    """Count what the records say that are done with."""
    counted: dict[str, float] = {}
    for record in records:
        for name, value in wiring.activity_in(record).items():
            counted[name] = counted.get(name, 0) + value
    count(**counted)
