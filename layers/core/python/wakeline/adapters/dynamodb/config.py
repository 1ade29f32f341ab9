"""Configuration: the current version, and beside it each version as it was."""

import json
from typing import Any

from wakeline.domain.config import Config

from .keys import stats as at
from .table import Item, item_at, name, transact, typed, typed_item


class DynamoConfig:
    """The `ConfigStore` port."""

    def current(self, workspace_id: str) -> Config:
        """Pattern: the settings that hold. GetItem, strongly consistent."""
        return _get(workspace_id, at.CONFIG) or Config()

    def version(self, workspace_id: str, version: int) -> Config | None:
        """Pattern: the settings as they were. GetItem."""
        return _get(workspace_id, at.config_version_sk(version))

    def put(self, workspace_id: str, config: Config) -> bool:
        """Pattern: change settings. The current item, if it is the version before, and the version's own, together."""
        before = config.version - 1
        current: dict[str, Any] = {
            "TableName": name(),
            "Item": typed_item(_to_item(workspace_id, at.CONFIG, config)),
            "ConditionExpression": "version = :before" if before else "attribute_not_exists(pk)",
        }
        if before:
            current["ExpressionAttributeValues"] = {":before": typed(before)}
        kept = {
            "TableName": name(),
            "Item": typed_item(_to_item(workspace_id, at.config_version_sk(config.version), config)),
        }
        return transact([{"Put": current}, {"Put": kept}])


def _get(workspace_id: str, sort_key: str) -> Config | None:
    found = item_at({"pk": at.config_pk(workspace_id), "sk": sort_key})
    return _from_item(found) if found else None


def _to_item(workspace_id: str, sort_key: str, config: Config) -> Item:
    return {
        "pk": at.config_pk(workspace_id),
        "sk": sort_key,
        "version": config.version,
        # JSON text: prices are fractions, and a float has no exact form in the table.
        "settings": json.dumps(config.settings, sort_keys=True),
        "updated_at": config.updated_at,
        "updated_by": config.updated_by,
    }


def _from_item(item: Item) -> Config:
    return Config(item["version"], json.loads(item["settings"]), item.get("updated_at"), item.get("updated_by"))
