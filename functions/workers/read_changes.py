"""Started by the table's stream — runs the workers that keep what others read up to date: the outbox and the views."""

from typing import Any

from wakeline import wiring
from wakeline.batch import reader_entry
from wakeline.observability import count
from workers import index_search, project_rollups, publish_events


def count_activity(records: list[dict[str, Any]]) -> None:
    """Count what happened, by the records that are done with: one line of metrics."""
    counted: dict[str, float] = {}
    for record in records:
        for name, value in wiring.activity_in(record).items():
            counted[name] = counted.get(name, 0) + value
    count(**counted)


handler = reader_entry(publish_events.handler, project_rollups.handler, index_search.handler, done=count_activity)
