"""What the matrix over all endpoints (test_isolation.py) must be told of them: ids, bodies and queries that are good.

A new endpoint is tried by itself. What this file has to know of it, the matrix asks for by failing.
"""

import re
from base64 import b64encode
from typing import Any

from tests.endpoints.failing import denied
from tests.endpoints.governing import POLICY, Governed
from tests.endpoints.operations import Operation
from tests.endpoints.stack import Workspace
from tests.factories import message

NOBODYS = "nobody-1"

NOT_OWNED = {"project_id", "agent_id", "owner_id", "span_id", "parent_id"}
"""Ids that are a caller's own words: another workspace may use the same ones for something else."""

SHARED = {"digest_id"}
"""Ids of what belongs to the deployment and is for every workspace."""

MEANS: dict[tuple[str, str], str | None] = {
    ("create_trace", "id"): "trace_id",
    ("ingest_traces", "id"): "trace_id",
    ("append_events", "id"): None,
    ("create_agent", "id"): "agent_id",
    ("create_evaluation", "agent_id"): "agent_id",
    ("delete_api_key", "id"): "key_id",
}
"""What a field is the id of, where its name does not say so; None for one that is nobody's."""

UNPROVED = {
    "create_checkout": "no payment provider is configured here (tests/endpoints/billing)",
    "create_portal": "no payment provider is configured here (tests/endpoints/billing)",
    "get_proof": "a proof is there after its hour was sealed (tests/endpoints/digests)",
}
"""Operations whose owner is refused here, too, and why."""

BODIES: dict[str, Any] = {
    "append_events": message(),
    "create_artifact": {"content_type": "text/plain", "filename": "a.txt", "content": b64encode(b"hello").decode()},
    "check_policy": {"sessions": [{"session_id": "<session_id>"}]},
    "create_agent": {"name": "deploy-agent"},
    "create_evaluation": {
        "operation": "deploy",
        "target_integration": "aws",
        "resource_scope": "production/web",
        "data_classification": "internal",
    },
    "create_budget": {"name": "b", "amount": 5, "period": "daily"},
    "create_fork": {"span_id": "s1"},
    "create_webhook": {"url": "https://1.1.1.1/x", "events": ["*"]},
    "erase_trace": {"erase": {}},
    "create_memory": {"key": "k", "value": "v", "scope": "session"},
    "create_skill": {
        "name": "s",
        "definition": {
            "tools": ["Read"],
            "prompt_template": "Review {path}.",
            "max_iterations": 5,
            "error_handling": "retry",
            "memory_scope": "project",
        },
    },
    "put_analysis": {"labels": ["wrong_tone"], "confidence": 0.7, "root_cause": "It was rude."},
    "record_hook": {"hook_event_name": "UserPromptSubmit", "prompt": "Go on", "cwd": "/app"},
    "record_outcome": {"status": "success"},
    "create_regression_run": {"substitutions": [{"kind": "model", "value": "m-2"}]},
    "update_budget": {"name": "b", "amount": 6, "period": "daily"},
    "search_memory": {"query": "deploy"},
    "search_spans": {"query": "deploy"},
    "update_agent": {"team": "b"},
    "update_incident": {"status": "triaged"},
    "update_policy": POLICY.encode(),
    "dry_run_policy": POLICY.encode(),
    "update_session": {"tags": ["x"]},
    "update_skill": {"description": "better"},
}
"""A good body without its ids; `{}` for those that are not named. `<trace_id>` within stands for an id; bytes are sent
as they are.
"""

HEADERS: dict[str, dict[str, str]] = {
    "update_policy": {"Content-Type": "application/toml"},
    "dry_run_policy": {"Content-Type": "application/toml"},
    "update_skill": {"If-Match": '"1"'},
}

QUERY = {"from": "2026-03-21T00:00:00Z", "to": "2026-03-21T23:00:00Z", "format": "csv"}
"""Values of query parameters that must be there, by name."""


PLANTS = {
    "budget_id",
    "run_id",
    "slug",
    "event_id",
    "webhook_id",
    "agent_id",
    "approval_id",
    "trace_id",
    "session_id",
    "parent_trace_id",
    "artifact_id",
    "fork_id",
    "incident_id",
    "incident_ids",
    "key_id",
    "memory_id",
    "skill_id",
}
"""What `plant` can make."""


def kind_of(operation: Operation, name: str) -> str | None:
    """What a field of an operation is the id of; None when no workspace owns that."""
    nobodys = name in SHARED or (name in NOT_OWNED and name not in operation.in_path)
    return MEANS.get((operation.name, name), None if nobodys else name)


def body_of(operation: Operation, ids: dict[str, str]) -> Any:
    """A good body with ids in their places."""
    body = _filled(BODIES.get(operation.name, {}), ids)
    for name in operation.in_body:
        if name in ids:
            body[name] = [ids[name]] if name.endswith("ids") else ids[name]
    return body


def _filled(body: Any, ids: dict[str, str]) -> Any:
    if isinstance(body, dict):
        return {name: _filled(each, ids) for name, each in body.items()}
    if isinstance(body, list):
        return [_filled(each, ids) for each in body]
    place = re.fullmatch(r"<(\w+)>", body) if isinstance(body, str) else None
    return ids.get(place[1], NOBODYS) if place else body


def plant(workspace: Workspace, kind: str, beside: dict[str, str] | None = None) -> str:
    """Make something that a workspace owns; its id. What belongs to something else is made of the one in `beside`."""
    stack, admin = workspace.stack, workspace.key("admin")

    def made(path: str, body: dict[str, Any], *names: str) -> str:
        answer = stack.call("POST", path, key=admin, body=body)
        assert answer.status < 300, answer.body
        found = answer.json
        for name in names:
            found = found[name]
        return str(found)

    match kind:
        case "trace_id" | "session_id" | "parent_trace_id":
            return workspace.trace(None, denied()).id
        case "agent_id":
            return str(Governed(stack, workspace).agent(f"agt-{workspace.id}").json["id"])
        case "approval_id":
            return str(Governed(stack, workspace).ready().ask().json["approval_request_id"])
        case "artifact_id":
            body = BODIES["create_artifact"]
            return made(f"/api/traces/{plant(workspace, 'trace_id')}/artifacts", body, "artifact", "artifact_id")
        case "budget_id":
            return made("/api/budgets", BODIES["create_budget"], "id")
        case "run_id":
            path = f"/api/incidents/{(beside or {})['incident_id']}/regression-runs"
            return made(path, BODIES["create_regression_run"], "regression_run", "id")
        case "slug":
            return made("/api/v1/tapes", {"trace_id": plant(workspace, "trace_id")}, "slug")
        case "event_id":
            answer = stack.call("GET", f"/api/traces/{(beside or {})['trace_id']}/events", key=admin)
            return str(answer.json["events"][0]["id"])
        case "webhook_id":
            return made("/api/v1/webhooks", BODIES["create_webhook"], "id")
        case "fork_id":
            return made("/api/v1/forks", {"trace_id": plant(workspace, "trace_id"), "span_id": "s1"}, "id")
        case "incident_id" | "incident_ids":
            trace = workspace.trace(None, denied())
            return str(stack.call("POST", f"/api/traces/{trace.id}/analyze", key=admin).json["incidents"][0]["id"])
        case "key_id":
            return made("/api/v1/api-keys", {}, "id")
        case "memory_id":
            return made("/api/v1/memory", {"key": "k", "value": "v", "scope": "global"}, "id")
        case "skill_id":
            return made("/api/v1/skills", BODIES["create_skill"], "id")
    raise AssertionError(f"no way to make a {kind}")
