"""Analysis items, beside their trace's HEAD."""

import json
from collections.abc import Sequence
from typing import Any

from wakeline.domain.analyses import StoredAnalysis

from . import keys
from .keys import understanding
from .table import Item, dynamodb, item_at, name, plain_item, put_if, typed_item

_BATCH = 100


def to_item(analysis: StoredAnalysis) -> Item:
    """The item of an analysis. `labels` stand apart, for lists; `count` and `source` for the condition."""
    return {
        **_place(analysis.workspace_id, analysis.trace_id),
        "events": analysis.event_count,
        "source": analysis.source,
        "labels": list(analysis.labels),
        "analysis": json.dumps(analysis.to_json(), ensure_ascii=False, separators=(",", ":")),
    }


def from_item(item: Item) -> StoredAnalysis:
    """Read `to_item` back."""
    return StoredAnalysis.from_json(json.loads(item["analysis"]))


class DynamoAnalyses:
    """The `AnalysisStore` port."""

    def get(self, workspace_id: str, trace_id: str) -> StoredAnalysis | None:
        """Pattern: the analysis of a trace. GetItem, strongly consistent."""
        found = item_at(_place(workspace_id, trace_id))
        return from_item(found) if found else None

    def put(self, analysis: StoredAnalysis, *, insist: bool = False) -> bool:
        """Pattern: analysed again. One PutItem, if the stored one does not speak of more."""
        same = "events = :events" if insist or analysis.source == "service" else "(events = :events AND #by = :ours)"
        values: Item = {":events": analysis.event_count}
        names = {}
        if "#by" in same:
            names["#by"] = "source"
            values[":ours"] = "detectors"
        return put_if(to_item(analysis), f"attribute_not_exists(pk) OR events < :events OR {same}", values, names)

    def delete(self, workspace_id: str, trace_id: str) -> bool:
        """Pattern: forget an analysis. One DeleteItem."""
        gone = dynamodb().delete_item(
            TableName=name(), Key=typed_item(_place(workspace_id, trace_id)), ReturnValues="ALL_OLD"
        )
        return "Attributes" in gone

    def labels(self, workspace_id: str, trace_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Pattern: the labels of a page of traces. BatchGetItem, 100 at a time, until nothing is left unprocessed."""
        found: dict[str, tuple[str, ...]] = {}
        distinct = list(dict.fromkeys(trace_ids))
        for at in range(0, len(distinct), _BATCH):
            wanted: Any = {
                name(): {
                    "Keys": [typed_item(_place(workspace_id, each)) for each in distinct[at : at + _BATCH]],
                    "ProjectionExpression": "pk, labels",
                }
            }
            while wanted:
                answer = dynamodb().batch_get_item(RequestItems=wanted)
                for item in map(plain_item, answer["Responses"].get(name(), [])):
                    found[item["pk"].rsplit("#", 1)[1]] = tuple(item["labels"])
                wanted = answer.get("UnprocessedKeys")
        return found


def _place(workspace_id: str, trace_id: str) -> Item:
    return {"pk": keys.trace_pk(workspace_id, trace_id), "sk": understanding.ANALYSIS}
