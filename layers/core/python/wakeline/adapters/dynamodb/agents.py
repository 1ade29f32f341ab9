"""Agent items: one each, in one partition per workspace."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice

from wakeline.domain.agents import Agent

from .keys import govern as keys
from .table import Item, item_at, put_if, query, typed_item


def to_item(agent: Agent) -> Item:
    """The item of an agent."""
    said = {key: value for key, value in asdict(agent).items() if key not in ("workspace_id", "id")}
    return {"pk": keys.agents_pk(agent.workspace_id), "sk": agent.id, **said}


def from_item(item: Item) -> Agent:
    """Read `to_item` back."""
    said = {key: value for key, value in item.items() if key not in ("pk", "sk")}
    return Agent(workspace_id=item["pk"].partition("#")[2], id=item["sk"], **said)


class DynamoAgents:
    """The `AgentStore` port."""

    def get(self, workspace_id: str, agent_id: str) -> Agent | None:
        """Pattern: one agent. GetItem, strongly consistent."""
        found = item_at({"pk": keys.agents_pk(workspace_id), "sk": agent_id})
        return from_item(found) if found else None

    def put(self, agent: Agent) -> bool:
        """Pattern: write an agent over its version before. One conditional PutItem."""
        if agent.version == 1:
            return put_if(to_item(agent), "attribute_not_exists(pk)")
        return put_if(to_item(agent), "version = :before", {":before": agent.version - 1})

    def of_workspace(self, workspace_id: str, limit: int) -> Iterator[Agent]:
        """Pattern: the agents of a workspace. Query, a page of 1 MB at a time."""
        items = query(
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=typed_item({":pk": keys.agents_pk(workspace_id)}),
            ConsistentRead=True,
        )
        return (from_item(item) for item in islice(items, limit))
