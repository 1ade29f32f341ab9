"""The fixed credentials of the local stack, and its sample. They exist only here: nothing of this is deployed."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from importlib import resources
from typing import Any

from local.engine import Engine
from local.gateway import Gateway

WORKSPACE, PROJECT, OTHER_WORKSPACE = "ws_local", "proj_local", "ws_other"
PROJECT_KEY, ADMIN_KEY, SERVICE_KEY = "wl_local_project", "wl_local_admin", "wl_local_service"
OTHER_ADMIN_KEY = "wl_other_admin"
JWT_ISSUER, JWT_AUDIENCE = "wakeline-local", "wakeline"
JWT_SECRET_NAME = "wakeline/jwt"
JWT_SECRET = "wakeline-local-console-secret-do-not-deploy"
PLANS = ("free", "standard", "pro", "unlimited")

_PROJECT_SCOPES = ["traces:read", "traces:write", "evaluate", "memory:write", "skills:write"]


def parameters(plan: str) -> dict[str, str]:
    """The template's parameters of a local stack."""
    return {
        "DefaultPlan": plan,
        "JwtIssuer": JWT_ISSUER,
        "JwtAudience": JWT_AUDIENCE,
        "JwtSecretName": JWT_SECRET_NAME,
        "StreamIdleMs": "200",
        "EmbeddingModel": "local",
    }


def write_credentials(engine: Engine, plan: str) -> None:
    """Store the fixed keys and the console's JWT secret. Doing it again changes only the plan."""
    table = engine.environment["TABLE_NAME"]
    dynamodb = engine.client("dynamodb")
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    for key, attributes in (
        (PROJECT_KEY, _key("key_local_project", WORKSPACE, _PROJECT_SCOPES, project=PROJECT)),
        (ADMIN_KEY, _key("key_local_admin", WORKSPACE, ["admin"])),
        (SERVICE_KEY, _key("key_local_service", WORKSPACE, ["admin"], kind="service")),
        (OTHER_ADMIN_KEY, _key("key_other_admin", OTHER_WORKSPACE, ["admin"])),
    ):
        item = {
            "pk": {"S": f"K#{hashlib.sha256(key.encode()).hexdigest()}"},
            "sk": {"S": "KEY"},
            **attributes,
            "plan": {"S": plan},
            "prefix": {"S": key[:8]},
            "created_at": {"S": now},
            "created_by": {"S": "local"},
        }
        # Its line in the workspace's list of keys; at a fixed place, so that a restart adds no second one.
        listed = {"pk": {"S": f"KEYS#{item['workspace_id']['S']}"}, "sk": {"S": f"0#{item['id']['S']}"}}
        dynamodb.put_item(TableName=table, Item={**listed, "digest": {"S": item["pk"]["S"].removeprefix("K#")}})
        dynamodb.put_item(TableName=table, Item=item)
    name = engine.environment.get("JWT_SECRET_NAME")
    if name:
        secrets = engine.client("secretsmanager")
        try:
            known = secrets.get_secret_value(SecretId=name)["SecretString"]
        except secrets.exceptions.ResourceNotFoundException:
            secrets.create_secret(Name=name, SecretString=JWT_SECRET)
        else:
            if known != JWT_SECRET:
                secrets.put_secret_value(SecretId=name, SecretString=JWT_SECRET)


def load_sample(gateway: Gateway) -> None:
    """POST the bundled sample as any client would.

    Harmless when it is there already. Raises RuntimeError when refused.
    """
    folder = resources.files("local") / "sample"
    transcript = (folder / "fix_failing_test.jsonl").read_text(encoding="utf-8")
    sessions = [{"id": "sample-fix-failing-test", "data": transcript}]
    _post(gateway, "/api/v1/traces", {"repo": "acme/checkout", "sessions": sessions})
    trace = json.loads((folder / "flight_booking.json").read_text(encoding="utf-8"))
    _post(gateway, "/api/traces", trace["trace"])
    _post(gateway, f"/api/traces/{trace['trace']['id']}/events", {"events": trace["events"]})


def _post(gateway: Gateway, path: str, body: Any) -> None:
    headers = [("content-type", "application/json"), ("authorization", f"Bearer {PROJECT_KEY}")]
    answer = gateway.call("POST", path, headers=headers, body=json.dumps(body).encode())
    content = json.loads(answer.body) if answer.body else {}
    if answer.status >= 300 or content.get("rejected"):
        raise RuntimeError(f"POST {path} answered {answer.status}: {answer.body.decode(errors='replace')[:300]}")


def _key(key_id: str, workspace: str, scopes: list[str], project: str = "", kind: str = "key") -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "id": {"S": key_id},
        "workspace_id": {"S": workspace},
        "name": {"S": key_id.replace("_", " ")},
        "scopes": {"L": [{"S": scope} for scope in scopes]},
        "kind": {"S": kind},
    }
    return {**attributes, "project_id": {"S": project}} if project else attributes
