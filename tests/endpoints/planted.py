"""What the matrix over all endpoints (test_isolation.py) must be told of them: ids, bodies and queries that are good.

A new endpoint is tried by itself. What this file has to know of it, the matrix asks for by failing.
"""

from base64 import b64encode
from typing import Any

from tests.endpoints.failing import denied
from tests.endpoints.stack import Workspace
from tests.factories import message

NOT_OWNED = {"project_id", "agent_id", "owner_id", "span_id", "parent_id"}
"""Ids that are a caller's own words: another workspace may use the same ones for something else."""

SHARED = {"digest_id"}
"""Ids of what belongs to the deployment and is for every workspace."""

MEANS: dict[tuple[str, str], str | None] = {
    ("create_trace", "id"): "trace_id",
    ("ingest_traces", "id"): "trace_id",
    ("append_events", "id"): None,
    ("delete_api_key", "id"): "key_id",
}
"""What an `id` is the id of, by operation; None for one that is nobody's."""

UNPROVED = {"get_proof": "a proof is there after its hour was sealed (tests/endpoints/digests)"}
"""Operations whose owner is refused here, too, and why."""

BODIES: dict[str, dict[str, Any]] = {
    "append_events": message(),
    "create_artifact": {"content_type": "text/plain", "filename": "a.txt", "content": b64encode(b"hello").decode()},
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
    "update_incident": {"status": "triaged"},
    "update_session": {"tags": ["x"]},
    "update_skill": {"description": "better"},
}
"""A good body without its ids; `{}` for those that are not named."""

HEADERS: dict[str, dict[str, str]] = {"update_skill": {"If-Match": '"1"'}}

QUERY = {"from": "2026-03-21T00:00:00Z", "to": "2026-03-21T23:00:00Z", "format": "csv"}
"""Values of query parameters that must be there, by name."""


PLANTS = {
    "trace_id",
    "session_id",
    "parent_trace_id",
    "artifact_id",
    "incident_id",
    "incident_ids",
    "key_id",
    "memory_id",
    "skill_id",
}
"""What `plant` can make."""


def kind_of(operation: str, name: str) -> str | None:
    """What a field of an operation is the id of; None when no workspace owns that."""
    return None if name in SHARED | NOT_OWNED else MEANS.get((operation, name), name)


def plant(workspace: Workspace, kind: str) -> str:
    """Make something that a workspace owns; its id."""
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
            return workspace.trace(None, [message()]).id
        case "artifact_id":
            body = BODIES["create_artifact"]
            return made(f"/api/traces/{plant(workspace, 'trace_id')}/artifacts", body, "artifact", "artifact_id")
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
