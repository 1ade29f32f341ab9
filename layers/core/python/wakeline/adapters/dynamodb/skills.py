"""Skill items: the latest version in the workspace's partition, and every version in one of the skill's own."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any

from wakeline.domain.skills import Skill

from .keys import find as keys
from .table import Item, dynamodb, item_at, name, query, transact, typed_item, was_sent_again


def to_item(skill: Skill) -> Item:
    """A skill's attributes. `said` is JSON, as a definition may hold any number."""
    said = asdict(skill)
    for known in ("workspace_id", "id", "version"):
        del said[known]
    text = json.dumps(said, separators=(",", ":"), ensure_ascii=False)
    return {"id": skill.id, "workspace_id": skill.workspace_id, "version": skill.version, "said": text}


def from_item(item: Item) -> Skill:
    """Read `to_item` back."""
    said: dict[str, Any] = json.loads(item["said"])
    tags = tuple(said.pop("tags"))
    return Skill(workspace_id=item["workspace_id"], id=item["id"], version=item["version"], tags=tags, **said)


class DynamoSkills:
    """The `SkillStore` port."""

    def get(self, workspace_id: str, skill_id: str) -> Skill | None:
        """Pattern: a skill as it is now. GetItem, strongly consistent."""
        return _get(_latest(workspace_id, skill_id))

    def version(self, workspace_id: str, skill_id: str, version: int) -> Skill | None:
        """Pattern: a skill as it was. GetItem, strongly consistent."""
        return _get(_version(workspace_id, skill_id, version))

    def put(self, skill: Skill) -> bool:
        """Pattern: the next version. Both items in one transaction, if the one before is the latest still."""
        latest: dict[str, Any] = {
            "TableName": name(),
            "Item": typed_item({**_latest(skill.workspace_id, skill.id), **to_item(skill)}),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if skill.version > 1:
            latest |= {
                "ConditionExpression": "#version = :before",
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": typed_item({":before": skill.version - 1}),
            }
        version = {
            "TableName": name(),
            "Item": typed_item({**_version(skill.workspace_id, skill.id, skill.version), **to_item(skill)}),
        }
        return transact([{"Put": latest}, {"Put": version}])

    def delete(self, workspace_id: str, skill_id: str) -> bool:
        """Pattern: delete a skill's versions, then the skill: a DeleteItem each. Deleting again makes good what went
        wrong between.
        """
        versions = query(
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=typed_item({":pk": keys.skill_versions_pk(workspace_id, skill_id)}),
            ProjectionExpression="pk, sk",
            ConsistentRead=True,
        )
        for place in versions:
            dynamodb().delete_item(TableName=name(), Key=typed_item(place))
        latest = dynamodb().delete_item(
            TableName=name(), Key=typed_item(_latest(workspace_id, skill_id)), ReturnValues="ALL_OLD"
        )
        return "Attributes" in latest or was_sent_again(latest)

    def of_workspace(self, workspace_id: str, limit: int) -> Iterator[Skill]:
        """Pattern: the skills of a workspace, by id backwards: ids rise with time. Query."""
        items = query(
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=typed_item({":pk": keys.skills_pk(workspace_id)}),
            ScanIndexForward=False,
            ConsistentRead=True,
        )
        return (from_item(item) for item in islice(items, limit))


def _get(place: Item) -> Skill | None:
    found = item_at(place)
    return from_item(found) if found else None


def _latest(workspace_id: str, skill_id: str) -> Item:
    return {"pk": keys.skills_pk(workspace_id), "sk": skill_id}


def _version(workspace_id: str, skill_id: str, version: int) -> Item:
    return {"pk": keys.skill_versions_pk(workspace_id, skill_id), "sk": keys.skill_version_sk(version)}
