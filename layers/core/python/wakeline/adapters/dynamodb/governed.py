"""Governed traces: HEAD, segment, approval request and counted action, written together.

A request stands in index `by_workspace` by time, and in `by_project`, while it is pending, by when its time is over.
"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any

from wakeline.domain import times
from wakeline.domain.approvals import Approval, ApprovalEntry
from wakeline.domain.policy.rate import KEPT_MINUTES, RateUse, Window
from wakeline.domain.segments import Segment
from wakeline.domain.trace import Trace

from . import ledger, traces
from .keys import govern as keys
from .table import Item, dynamodb, item_at, name, plain_item, query, transact, typed_item
from .traces import BY_PROJECT, BY_WORKSPACE, count_updates, put_new


def to_item(approval: Approval) -> Item:
    """The item of a request."""
    said = {key: value for key, value in asdict(approval).items() if key not in ("workspace_id", "id", "expires_at")}
    item: Item = {
        **_place(approval.workspace_id, approval.id),
        **said,
        # Not `expires_at`: that name is DynamoDB's to delete by.
        "lasts_until": approval.expires_at,
        "gsi1pk": keys.approvals_index(approval.workspace_id),
        "gsi1sk": f"{times.sortable(approval.requested_at)}#{approval.id}",
    }
    if approval.status == "pending":
        item["gsi2pk"] = keys.pending_index(keys.pending_shard(approval.id))
        item["gsi2sk"] = f"{times.sortable(approval.expires_at)}#{approval.workspace_id}#{approval.id}"
    return {key: value for key, value in item.items() if value is not None}


def from_item(item: Item) -> Approval:
    """Read `to_item` back."""
    _, workspace_id, approval_id = item["pk"].split("#")
    said = {key: value for key, value in item.items() if key not in ("pk", "sk") and not key.startswith("gsi")}
    said["requested_by"] = tuple(said["requested_by"])
    return Approval(workspace_id=workspace_id, id=approval_id, expires_at=said.pop("lasts_until"), **said)


class DynamoGoverned:
    """The `GovernedStore` port."""

    def window(self, workspace_id: str, agent_id: str, rule: str) -> Window:
        """Pattern: what an agent did under a rule in the running hour. GetItem, strongly consistent."""
        item = item_at(_window(workspace_id, agent_id, rule))
        if item is None:
            return Window()
        return Window({int(minute): count for minute, count in item["minutes"].items()}, item["version"])

    def open(self, trace: Trace, segment: Segment, approval: Approval | None, use: RateUse | None) -> bool:
        """Pattern: an evaluation. HEAD, its first segment, both counts, the request and the counted action, in one
        transaction.
        """
        return transact(
            [
                put_new(traces.to_item(trace)),
                put_new(ledger.to_item(trace.workspace_id, trace.id, segment)),
                *count_updates(trace, 1),
                *([put_new(to_item(approval))] if approval is not None else []),
                *([_put_window(trace.workspace_id, use)] if use is not None else []),
            ]
        )

    def decide(self, after: Trace, segment: Segment, approval: Approval) -> bool:
        """Pattern: a decision. HEAD, the segment and the request, which must be pending still, in one transaction."""
        head = {
            "TableName": name(),
            "Item": typed_item(traces.to_item(after)),
            "ConditionExpression": "version = :read",
            "ExpressionAttributeValues": typed_item({":read": after.version - 1}),
        }
        request = {
            "TableName": name(),
            "Item": typed_item(to_item(approval)),
            "ConditionExpression": "#status = :pending",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": typed_item({":pending": "pending"}),
        }
        committed = put_new(ledger.to_item(after.workspace_id, after.id, segment))
        return transact([{"Put": head}, committed, {"Put": request}])

    def approval(self, workspace_id: str, approval_id: str) -> Approval | None:
        """Pattern: one request. GetItem, strongly consistent."""
        found = item_at(_place(workspace_id, approval_id))
        return from_item(found) if found else None

    def approvals(self, workspace_id: str, approval_ids: list[str]) -> dict[str, Approval]:
        """Pattern: the requests of a page. BatchGetItem, 100 at a time, until nothing is left unprocessed."""
        found: dict[str, Approval] = {}
        for at in range(0, len(approval_ids), 100):
            places = [typed_item(_place(workspace_id, each)) for each in approval_ids[at : at + 100]]
            wanted: Any = {name(): {"Keys": places}}
            while wanted:
                answer = dynamodb().batch_get_item(RequestItems=wanted)
                read = (from_item(plain_item(item)) for item in answer["Responses"].get(name(), []))
                found.update((approval.id, approval) for approval in read)
                wanted = answer.get("UnprocessedKeys")
        return found

    def entries(self, workspace_id: str, after: str | None, limit: int) -> tuple[list[ApprovalEntry], str | None]:
        """Pattern: a workspace's requests, newest first. One Query page of `by_workspace`."""
        partition = keys.approvals_index(workspace_id)
        request: dict[str, Any] = {
            "TableName": name(),
            "IndexName": BY_WORKSPACE,
            "KeyConditionExpression": "gsi1pk = :partition",
            "ExpressionAttributeValues": typed_item({":partition": partition}),
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if after is not None:
            behind = _place(workspace_id, after.split("#", 1)[1]) | {"gsi1pk": partition, "gsi1sk": after}
            request["ExclusiveStartKey"] = typed_item(behind)
        page = dynamodb().query(**request)
        last = page.get("LastEvaluatedKey")
        return [_entry(plain_item(item)) for item in page["Items"]], last["gsi1sk"]["S"] if last else None

    def overdue(self, now: datetime) -> Iterator[Approval]:
        """Pattern: pending requests whose time is over. A Query of each shard, then a GetItem each, as it may lag."""
        # `~` follows the `#` behind a moment: requests that end at this very moment are over.
        until = f"{times.sortable(times.render(now))}~"
        for shard in range(keys.OVERDUE_SHARDS):
            entries = query(
                IndexName=BY_PROJECT,
                KeyConditionExpression="gsi2pk = :shard AND gsi2sk < :until",
                ExpressionAttributeValues=typed_item({":shard": keys.pending_index(shard), ":until": until}),
            )
            for entry in entries:
                approval = self.approval(*entry["pk"].split("#")[1:])
                if approval is not None and approval.status == "pending":
                    yield approval


def _entry(item: Item) -> ApprovalEntry:
    return ApprovalEntry(
        approval_id=item["pk"].rsplit("#", 1)[1],
        project_id=item["project_id"],
        status=item["status"],
        agent_id=item["agent_id"],
        place=item["gsi1sk"],
    )


def _place(workspace_id: str, approval_id: str) -> Item:
    return {"pk": keys.approval_pk(workspace_id, approval_id), "sk": keys.APPROVAL}


def _window(workspace_id: str, agent_id: str, rule: str) -> Item:
    return {"pk": keys.window_pk(workspace_id, agent_id), "sk": sha256(rule.encode()).hexdigest()}


def _put_window(workspace_id: str, use: RateUse) -> dict[str, Any]:
    newest = max(use.window.minutes)
    item: Item = {
        **_window(workspace_id, use.agent_id, use.rule),
        "version": use.window.version,
        "minutes": {str(minute): count for minute, count in use.window.minutes.items()},
        "expires_at": (newest + 2 * KEPT_MINUTES) * 60,
    }
    put: dict[str, Any] = {
        "TableName": name(),
        "Item": typed_item(item),
        "ConditionExpression": "attribute_not_exists(pk)",
    }
    if use.window.version > 1:
        put |= {
            "ConditionExpression": "version = :read",
            "ExpressionAttributeValues": typed_item({":read": use.window.version - 1}),
        }
    return {"Put": put}
