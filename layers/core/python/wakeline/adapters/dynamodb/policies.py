"""Policy items: every version with its text compressed, and a pointer to the latest."""

import zlib
from typing import Any

from wakeline.domain.errors import TooLarge
from wakeline.domain.policy.stored import Latest, StoredPolicy

from .keys import govern as keys
from .table import Item, item_at, name, transact, typed_item
from .traces import put_new

MAX_PACKED = 350 * 1024
"""An item holds 400 KB."""


def to_item(policy: StoredPolicy) -> Item:
    """The item of a version. Raises `TooLarge` for a text that has no room in one."""
    packed = zlib.compress(policy.text.encode(), 9)
    if len(packed) > MAX_PACKED:
        raise TooLarge("the policy is too long to be stored, even compressed")
    return {
        "pk": keys.policies_pk(policy.workspace_id),
        "sk": keys.policy_version_sk(policy.version),
        "version": policy.version,
        "digest": policy.digest,
        "text": packed,
        "redacts": list(policy.redacts),
        "created_at": policy.created_at,
        "created_by": policy.created_by,
    }


def from_item(item: Item) -> StoredPolicy:
    """Read `to_item` back."""
    return StoredPolicy(
        workspace_id=item["pk"].partition("#")[2],
        version=item["version"],
        digest=item["digest"],
        text=zlib.decompress(item["text"]).decode(),
        created_at=item["created_at"],
        created_by=item["created_by"],
        redacts=tuple(item.get("redacts", ())),
    )


class DynamoPolicies:
    """The `PolicyStore` port."""

    def latest(self, workspace_id: str) -> Latest | None:
        """Pattern: which version is in force. GetItem of a small item, strongly consistent."""
        item = _get(workspace_id, keys.POLICY)
        return Latest(item["version"], item["digest"], tuple(item.get("redacts", ()))) if item is not None else None

    def version(self, workspace_id: str, version: int) -> StoredPolicy | None:
        """Pattern: one version. GetItem, strongly consistent."""
        item = _get(workspace_id, keys.policy_version_sk(version))
        return from_item(item) if item is not None else None

    def put(self, policy: StoredPolicy) -> bool:
        """Pattern: the next version. Version and pointer in one transaction, if the one before is the latest still."""
        pointer: dict[str, Any] = {
            "TableName": name(),
            "Item": typed_item(
                {
                    "pk": keys.policies_pk(policy.workspace_id),
                    "sk": keys.POLICY,
                    "version": policy.version,
                    "digest": policy.digest,
                    "redacts": list(policy.redacts),
                    "created_at": policy.created_at,
                    "created_by": policy.created_by,
                }
            ),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if policy.version > 1:
            pointer |= {
                "ConditionExpression": "#version = :before",
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": typed_item({":before": policy.version - 1}),
            }
        return transact([put_new(to_item(policy)), {"Put": pointer}])


def _get(workspace_id: str, sk: str) -> Item | None:
    return item_at({"pk": keys.policies_pk(workspace_id), "sk": sk})
