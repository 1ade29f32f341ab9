"""A workspace that is governed: a policy, an agent, and who may do what."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.endpoints.stack import Answer, Stack, Workspace
from tests.endpoints.tokens import token

POLICY = """
version = 1
[governance]
default = "deny"
[[rule]]
name = "reading"
operations = ["read"]
effect = "allow"
[[rule]]
name = "deploys need a person"
agents = ["deploy-*"]
operations = ["deploy"]
integrations = ["aws"]
scopes = ["production/*"]
data_classification = "confidential"
effect = "approval_required"
priority = 200
rationale = "a person looks first"
approval_ttl_s = 600
"""


@dataclass
class Governed:
    """`ask` evaluates as the agent's key does; `person` is a reviewer who has nothing to do with it."""

    stack: Stack
    workspace: Workspace

    @cached_property
    def admin(self) -> str:
        return self.workspace.key("admin")

    @cached_property
    def agent_key(self) -> str:
        return self.workspace.key("evaluate", "traces:write", "traces:read", project="proj_1")

    @cached_property
    def person(self) -> str:
        return token(self.workspace, "reviewer", "bob")

    def policy(self, text: str = POLICY, **headers: str) -> Answer:
        said = {
            "Content-Type": "application/toml",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.stack.call("PUT", "/api/v1/policy", key=self.admin, body=text.encode(), headers=said)

    def agent(self, agent_id: str = "deploy-agent", **facts: Any) -> Answer:
        body = {"id": agent_id, "name": agent_id, "owner": "ann", **facts}
        return self.stack.call("POST", "/api/v1/agents", key=self.admin, body=body)

    def ready(self, text: str = POLICY, **facts: Any) -> "Governed":
        assert self.policy(text).status == 200
        assert self.agent(**facts).status == 201
        return self

    def ask(
        self, operation: str = "deploy", *, key: str | None = None, again: str | None = None, **said: Any
    ) -> Answer:
        body = {
            "agent_id": "deploy-agent",
            "operation": operation,
            "target_integration": "aws",
            "resource_scope": "production/web",
            "data_classification": "internal",
            **said,
        }
        headers = {"Idempotency-Key": again} if again else None
        return self.stack.call("POST", "/api/v1/evaluate", key=key or self.agent_key, body=body, headers=headers)

    def decide(self, verb: str, approval_id: str, *, key: str | None = None, note: str | None = None) -> Answer:
        path = f"/api/v1/approvals/{approval_id}/{verb}"
        return self.stack.call("POST", path, key=key or self.person, body={"note": note} if note else {})

    def outcome(self, trace_id: str, status: str = "success", *, key: str | None = None, **said: Any) -> Answer:
        path = f"/api/v1/traces/{trace_id}/outcome"
        return self.stack.call("POST", path, key=key or self.agent_key, body={"status": status, **said})

    def trace(self, trace_id: str) -> Any:
        answer = self.stack.call("GET", f"/api/v1/traces/{trace_id}", key=self.admin)
        assert answer.status == 200, answer.body
        return answer.json

    def kinds(self, trace_id: str) -> list[str]:
        return [event["event_type"] for event in self.trace(trace_id)["events"]]

    def valid(self, trace_id: str) -> bool:
        return bool(self.stack.call("GET", f"/api/v1/traces/{trace_id}/verify", key=self.admin).json["valid"])
