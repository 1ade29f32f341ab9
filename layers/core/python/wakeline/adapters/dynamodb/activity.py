"""What a record of the table's stream counts for, for the people who run Wakeline."""

import json
from collections.abc import Mapping
from typing import Any

from wakeline.domain.activity import of_batch, of_events
from wakeline.domain.delta import Delta

from . import changes, outbox


def activity_in(record: dict[str, Any]) -> Mapping[str, float]:
    """Metrics and what the record adds to each; Wakeline's own traces (the audit log) add nothing."""
    if changes.appended(record) is not None:
        said = record["dynamodb"]["NewImage"]["delta"]["S"]
        return of_batch(Delta.from_json(json.loads(said)))
    return of_events(event.type for event in outbox.events_in(record))
