"""Incident items, with their runs beside them and a note at each run's trace.

The table's indexes project fixed attributes. Of an incident they hold the severity as `outcome`, the owner as `author`,
the title as `summary`, the agent as `agent_id` and the labels as `tags`.
"""

import json
from collections.abc import Sequence
from typing import Any

from wakeline.domain import times
from wakeline.domain.incidents.incident import Incident, Occurrence
from wakeline.domain.incidents.index import IncidentEntry

from . import keys
from .keys import understanding
from .table import Item, dynamodb, item_at, name, plain_item, put_if, put_request, query, transact, typed_item
from .traces import BY_PROJECT, BY_WORKSPACE

_BATCH = 100


def to_item(incident: Incident) -> Item:
    """The item of an incident."""
    place = understanding.seen_sk(times.sortable(incident.last_seen), incident.id)
    item: Item = {
        **_place(incident.workspace_id, incident.id),
        "gsi1pk": understanding.incidents_index(incident.workspace_id),
        "gsi1sk": place,
        "gsi2pk": understanding.project_incidents_index(incident.workspace_id, incident.project_id),
        "gsi2sk": place,
        "version": incident.version,
        "incident": _json(incident.to_json()),
        "project_id": incident.project_id,
        "status": incident.status,
        "outcome": incident.severity,
        "author": incident.owner_id,
        "summary": incident.title,
        "agent_id": incident.agent,
        "tags": list(incident.labels),
    }
    return {key: value for key, value in item.items() if value is not None}


def from_item(item: Item) -> Incident:
    """Read `to_item` back."""
    return Incident.from_json(json.loads(item["incident"]))


def _entry(item: Item, place: str) -> IncidentEntry:
    return IncidentEntry(
        incident_id=item["pk"].rsplit("#", 1)[1],
        project_id=item["project_id"],
        place=item[place],
        status=item["status"],
        severity=item["outcome"],
        title=item["summary"],
        agent=item["agent_id"],
        labels=tuple(item["tags"]),
        owner_id=item.get("author"),
    )


class DynamoIncidents:
    """The `IncidentStore` port."""

    def get(self, workspace_id: str, incident_id: str) -> Incident | None:
        """Pattern: one incident. GetItem, strongly consistent."""
        item = item_at(_place(workspace_id, incident_id))
        return from_item(item) if item is not None else None

    def many(self, workspace_id: str, incident_ids: Sequence[str]) -> dict[str, Incident]:
        """Pattern: the incidents of a page. BatchGetItem, 100 at a time, until nothing is left unprocessed."""
        found: dict[str, Incident] = {}
        distinct = list(dict.fromkeys(incident_ids))
        for at in range(0, len(distinct), _BATCH):
            places = [typed_item(_place(workspace_id, each)) for each in distinct[at : at + _BATCH]]
            wanted: Any = {name(): {"Keys": places, "ConsistentRead": True}}
            while wanted:
                answer = dynamodb().batch_get_item(RequestItems=wanted)
                incidents = (from_item(plain_item(item)) for item in answer["Responses"].get(name(), []))
                found.update((incident.id, incident) for incident in incidents)
                wanted = answer.get("UnprocessedKeys")
        return found

    def write(
        self,
        before: Incident | None,
        after: Incident | None,
        *,
        joins: Occurrence | None = None,
        leaves: str | None = None,
    ) -> bool:
        """Pattern: an incident moves on. A conditional PutItem; with a run, one transaction over three items."""
        incident = after or before
        if incident is None:
            return True
        unmoved: tuple[str, Item | None] = ("attribute_not_exists(pk)", None)
        if before is not None:
            unmoved = ("version = :read", {":read": before.version})
        workspace_id, trace_id = incident.workspace_id, joins.trace_id if joins is not None else leaves
        if trace_id is None and after is not None:
            return put_if(to_item(after), *unmoved)
        place = _place(workspace_id, incident.id)
        if after is not None:
            writes = [{"Put": put_request(to_item(after), *unmoved)}]
        else:
            gone = _delete(place)
            gone["Delete"] |= {
                "ConditionExpression": "version = :read",
                "ExpressionAttributeValues": typed_item({":read": incident.version}),
            }
            writes = [gone, _delete({**place, "sk": understanding.FIX})]
        if trace_id is not None:
            run, note = _run_place(workspace_id, incident.id, trace_id), _note(workspace_id, trace_id, incident.id)
            if joins is None:
                writes += [_delete(run), _delete(note)]
            else:
                writes += [_put({**run, "run": _json(joins.to_json())}), _put(note)]
        return transact(writes)

    def occurrence(self, workspace_id: str, incident_id: str, trace_id: str) -> Occurrence | None:
        """Pattern: one run of an incident. GetItem, strongly consistent."""
        item = item_at(_run_place(workspace_id, incident_id, trace_id))
        return Occurrence.from_json(json.loads(item["run"])) if item is not None else None

    def occurrences(
        self, workspace_id: str, incident_id: str, after: str | None = None, limit: int = 100
    ) -> list[Occurrence]:
        """Pattern: the runs of an incident. One Query page."""
        start = understanding.RUNS_FROM if after is None else understanding.incident_run_sk(after) + "\0"
        page = dynamodb().query(
            TableName=name(),
            KeyConditionExpression="pk = :pk AND sk BETWEEN :from AND :to",
            ExpressionAttributeValues=typed_item(
                {
                    ":pk": understanding.incident_pk(workspace_id, incident_id),
                    ":from": start,
                    ":to": understanding.RUNS_TO,
                }
            ),
            ConsistentRead=True,
            Limit=limit,
        )
        return [Occurrence.from_json(json.loads(plain_item(item)["run"])) for item in page["Items"]]

    def of_trace(self, workspace_id: str, trace_id: str) -> list[str]:
        """Pattern: the incidents of a run. Query beside its HEAD."""
        notes = query(
            KeyConditionExpression="pk = :pk AND sk BETWEEN :from AND :to",
            ExpressionAttributeValues=typed_item(
                {
                    ":pk": keys.trace_pk(workspace_id, trace_id),
                    ":from": understanding.IN_INCIDENTS_FROM,
                    ":to": understanding.IN_INCIDENTS_TO,
                }
            ),
            ConsistentRead=True,
        )
        return [note["sk"].removeprefix(understanding.IN_INCIDENTS_FROM) for note in notes]

    def entries(
        self, workspace_id: str, project_id: str | None, *, after: str | None = None, limit: int = 1000
    ) -> tuple[list[IncidentEntry], str | None]:
        """Pattern: incidents, last seen first. One Query page of `by_workspace` or `by_project`."""
        if project_id is None:
            index, prefix, partition = BY_WORKSPACE, "gsi1", understanding.incidents_index(workspace_id)
        else:
            index, prefix = BY_PROJECT, "gsi2"
            partition = understanding.project_incidents_index(workspace_id, project_id)
        request: dict[str, Any] = {
            "TableName": name(),
            "IndexName": index,
            "KeyConditionExpression": f"{prefix}pk = :partition",
            "ExpressionAttributeValues": typed_item({":partition": partition}),
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if after is not None:
            place = _place(workspace_id, after.split("#", 1)[1])
            request["ExclusiveStartKey"] = typed_item({f"{prefix}pk": partition, f"{prefix}sk": after, **place})
        page = dynamodb().query(**request)
        last = page.get("LastEvaluatedKey")
        entries = [_entry(plain_item(item), f"{prefix}sk") for item in page["Items"]]
        return entries, last[f"{prefix}sk"]["S"] if last else None

    def put_fix(self, workspace_id: str, incident_id: str, fix: dict[str, Any]) -> None:
        """Pattern: keep the latest fix. One PutItem."""
        item = {**_place(workspace_id, incident_id), "sk": understanding.FIX, "fix": _json(fix)}
        dynamodb().put_item(TableName=name(), Item=typed_item(item))

    def fix(self, workspace_id: str, incident_id: str) -> dict[str, Any] | None:
        """Pattern: the latest fix. GetItem, strongly consistent."""
        item = item_at({**_place(workspace_id, incident_id), "sk": understanding.FIX})
        return json.loads(item["fix"]) if item is not None else None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _put(item: Item) -> dict[str, Any]:
    return {"Put": {"TableName": name(), "Item": typed_item(item)}}


def _delete(place: Item) -> dict[str, Any]:
    return {"Delete": {"TableName": name(), "Key": typed_item(place)}}


def _place(workspace_id: str, incident_id: str) -> Item:
    return {"pk": understanding.incident_pk(workspace_id, incident_id), "sk": understanding.INCIDENT}


def _run_place(workspace_id: str, incident_id: str, trace_id: str) -> Item:
    return {
        "pk": understanding.incident_pk(workspace_id, incident_id),
        "sk": understanding.incident_run_sk(trace_id),
    }


def _note(workspace_id: str, trace_id: str, incident_id: str) -> Item:
    return {"pk": keys.trace_pk(workspace_id, trace_id), "sk": understanding.in_incident_sk(incident_id)}
