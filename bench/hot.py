"""Which partition key of the table a workload writes most: the one that DynamoDB's 1 000 units a second stop first."""

from collections import defaultdict

from botocore.awsrequest import AWSPreparedRequest
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table

from local.capacity import write_units
from local.dynamodb_model import MODEL
from local.engine import Answer, Engine
from local.metering import indexes, wire

A_PARTITION = 1_000
"""Write units a second of one partition key: DynamoDB splits no further than to one key, and no rising sort key."""


class Partitions:
    """Adds up the write units of each partition key, of the table (`table`) and of its indexes by their names.

    For one call at a time.
    """

    def __init__(self, engine: Engine) -> None:
        self._units: dict[tuple[str, str], float] = defaultdict(float)
        self._factor = 1.0
        inner, perform = MODEL.listener, engine.perform

        def listen(table: Table, old: Item | None, new: Item | None) -> None:
            if inner is not None:
                inner(table, old, new)
            self._count(table, old, new)

        def note(service: str, operation: str, request: AWSPreparedRequest) -> Answer | None:
            self._factor = 2.0 if operation.startswith("Transact") else 1.0
            return perform(service, operation, request)

        engine.on_change(listen)
        engine.perform = note  # type: ignore[method-assign]

    def take(self) -> dict[tuple[str, str], float]:
        """What was written since the last time this was asked."""
        found, self._units = self._units, defaultdict(float)
        return found

    def _count(self, table: Table, old: Item | None, new: Item | None) -> None:
        before, after = wire(old), wire(new)
        row = after or before or {}
        own = write_units(before, after)
        self._units["table", row["pk"]["S"]] += own * self._factor
        for name, index in zip((each.name for each in table.all_indexes()), indexes(table), strict=True):
            key = index.keys[0]
            for there in {entry[key]["S"] for entry in (before, after) if entry and key in entry}:
                self._units[name, there] += (write_units(before, after, [index]) - own) * self._factor
