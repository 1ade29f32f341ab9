"""Regression runs: one item each, in one partition per incident."""

import json
import zlib

from wakeline.domain.replay.regression import RegressionRun

from .keys import replay as keys
from .table import Item, item_at, put_if, query, typed_item


def to_item(run: RegressionRun) -> Item:
    """The item of a run. `said` is compressed JSON; `status` and `version` are what filters and conditions see."""
    said = zlib.compress(json.dumps(run.to_json(), ensure_ascii=False).encode())
    return {
        **_place(run.workspace_id, run.incident_id, run.id),
        "status": run.status,
        "version": run.version,
        "said": said,
    }


def from_item(item: Item) -> RegressionRun:
    """Read `to_item` back."""
    return RegressionRun.from_json(json.loads(zlib.decompress(item["said"])))


class DynamoRegressions:
    """The `RegressionStore` port."""

    def put(self, run: RegressionRun, read_version: int | None = None) -> bool:
        """Pattern: a run is asked for, or goes on. One conditional PutItem."""
        if read_version is None:
            return put_if(to_item(run), "attribute_not_exists(pk)")
        return put_if(to_item(run), "version = :read", {":read": read_version})

    def get(self, workspace_id: str, incident_id: str, run_id: str) -> RegressionRun | None:
        """Pattern: one run. GetItem, strongly consistent."""
        found = item_at(_place(workspace_id, incident_id, run_id))
        return from_item(found) if found else None

    def page(
        self, workspace_id: str, incident_id: str, before: str | None, limit: int
    ) -> tuple[list[RegressionRun], str | None]:
        """Pattern: the runs of an incident. Query from the newest on."""
        values = {":pk": keys.regression_pk(workspace_id, incident_id), **({":before": before} if before else {})}
        items = query(
            first_page=limit + 1,
            KeyConditionExpression="pk = :pk" + (" AND sk < :before" if before else ""),
            ExpressionAttributeValues=typed_item(values),
            ScanIndexForward=False,
            ConsistentRead=True,
        )
        found: list[RegressionRun] = []
        for item in items:
            if len(found) == limit:
                return found, found[-1].id
            found.append(from_item(item))
        return found, None


def _place(workspace_id: str, incident_id: str, run_id: str) -> Item:
    return {"pk": keys.regression_pk(workspace_id, incident_id), "sk": run_id}
