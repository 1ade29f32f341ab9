"""Every endpoint of the template against everyone who must not come through: the credentials that are none, the roles
that may not, and the ids of another workspace in path, query and body.
"""

import re
import time
from itertools import count
from typing import Any

import jwt
import pytest

from local import seeds
from tests.endpoints.conformance import faults
from tests.endpoints.operations import Operation, operations
from tests.endpoints.planted import BODIES, HEADERS, NOBODYS, QUERY, SHARED, UNPROVED, body_of, kind_of, plant
from tests.endpoints.stack import Answer, Stack, Workspace
from tests.endpoints.tokens import token
from wakeline import settings
from wakeline.domain.caller import ROLES, Caller

EVERY = [pytest.param(each, id=str(each)) for each in operations()]
SCOPED = [pytest.param(each, id=str(each)) for each in operations() if each.endpoint.scope is not None]
_people = count(1)


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    """A stream that is let in ends at once."""
    monkeypatch.setenv("STREAM_SECONDS", "0.05")
    monkeypatch.setenv("STREAM_POLL_MS", "10")


def call(stack: Stack, operation: Operation, ids: dict[str, str] | None = None, **how: Any) -> Answer:
    """A good request but for what `how` says; `ids` go where the operation has them, those it needs are invented."""
    ids = ids or {}
    path = re.sub(r"{(\w+)\+?}", lambda match: ids.get(match.group(1), NOBODYS), operation.path)
    body = None if operation.method == "GET" else body_of(operation, ids)
    query = {name: QUERY.get(name, NOBODYS) for name in operation.required} | {
        name: ids[name] for name in operation.in_query if name in ids
    }
    headers = HEADERS.get(operation.name, {}) | how.pop("headers", {})
    return stack.call(operation.method, path, body=body, headers=headers, **how, **query)


def everything(workspace: Workspace) -> dict[str, Any]:
    """What table and bucket hold of a workspace, whatever it is; but the windows in which requests are counted."""
    mine = re.compile(rf"#{re.escape(workspace.id)}(#|$)")
    engine = workspace.stack.engine
    with engine.lock:
        held: dict[str, Any] = {
            f"{pk.value} {sk.value}": item.to_json()
            for pk, items in engine.tables()[settings.table_name()].items.items()
            if mine.search(pk.value) and not pk.value.startswith("J#")
            for sk, item in items.items()
        }
    objects = engine.client("s3").list_objects_v2(Bucket=settings.bucket_name()).get("Contents", [])
    return held | {each["Key"]: each["ETag"] for each in objects if workspace.id in each["Key"]}


def no_credentials(stack: Stack, workspace: Workspace) -> dict[str, dict[str, str]]:
    """Headers of those who are nobody, by what is wrong with them."""
    revoked = stack.call("POST", "/api/v1/api-keys", key=workspace.key("admin"), body={"scopes": ["admin"]}).json
    stack.call("DELETE", "/api/v1/api-keys", key=workspace.key("admin"), id=revoked["id"])
    claims = {
        "iss": seeds.JWT_ISSUER,
        "aud": seeds.JWT_AUDIENCE,
        "exp": int(time.time()) + 600,
        "sub": "user-1",
        "workspace_id": workspace.id,
        "role": "admin",
    }
    bearers = {
        "garbage": "\u00a0not a credential",
        "an unknown key": "wl_live_" + "0" * 43,
        "a revoked key": revoked["key"],
        "an expired key": workspace.key("admin", expires_at="2026-01-01T00:00:00.000Z"),
        "an expired token": token(workspace, exp=int(time.time()) - 3600),
        "a token of another issuer": token(workspace, iss="https://elsewhere.example"),
        "a token for another audience": token(workspace, aud="another"),
        "a token signed by another": jwt.encode(claims, "another secret of thirty-two bytes", algorithm="HS256"),
        "an unsigned token": jwt.encode(claims, "", algorithm="none"),
        "a token without a role": token(workspace, role="root"),
    }
    return {
        "nothing": {},
        "another scheme": {"Authorization": f"Basic {workspace.key('admin')}"},
        **{name: {"Authorization": f"Bearer {bearer}"} for name, bearer in bearers.items()},
        "garbage for Retrace": {"x-retrace-key": "nonsense"},
    }


@pytest.mark.parametrize("operation", EVERY)
def test_without_a_credential(stack, workspace, operation):
    nobody = no_credentials(stack, workspace)
    held = everything(workspace)
    for name, headers in nobody.items():
        answer = call(stack, operation, headers=headers)
        if operation.endpoint.scope is None:
            assert faults(operation, answer) == [], name
            continue
        assert answer.status == 401, (name, answer.body)
        flat = "x-retrace-key" in headers
        assert faults(operation, answer) == []
        assert isinstance(answer.json["error"], str) if flat else answer.error["code"] == "unauthorized", name
        assert "x-ratelimit-limit" not in answer.headers
    assert everything(workspace) == held


@pytest.mark.parametrize("operation", SCOPED)
def test_every_role(stack, workspace, operation):
    for role, scopes in ROLES.items():
        person = Caller(workspace.id, None, role, "user", scopes, "free")
        answer = call(stack, operation, key=token(workspace, role, sub=f"user-{next(_people)}"))
        if person.may(operation.endpoint.scope):
            assert answer.status not in (401, 403), (role, answer.body)
            assert faults(operation, answer) == [], role
        else:
            assert answer.status == 403, (role, answer.body)


@pytest.mark.parametrize("operation", SCOPED)
def test_ids_of_another_workspace(stack, workspace, elsewhere, operation):
    """Another workspace's id is answered exactly as one that nobody has, and the other workspace stays as it was."""
    within = re.findall(r"<(\w+)>", str(BODIES.get(operation.name)))
    places = {name: kind_of(operation, name) for name in (*operation.ids, *within)}
    owned = {name: kind for name, kind in places.items() if kind is not None}
    mine: dict[str, str] = {}
    theirs: dict[str, str] = {}
    for name, kind in owned.items():
        mine[name], theirs[name] = plant(workspace, kind, mine), plant(elsewhere, kind, theirs)
    key = workspace.key("admin", kind="service" if operation.endpoint.scope == "service" else "key")
    held = everything(elsewhere)
    for name in owned:
        foreign = call(stack, operation, {**mine, name: theirs[name]}, key=key)
        unknown = call(stack, operation, {**mine, name: NOBODYS}, key=key)
        assert _blurred(foreign, theirs[name]) == _blurred(unknown, NOBODYS), name
        assert faults(operation, foreign) == []
        if name in operation.in_path:
            assert foreign.status == 404, (name, foreign.body)
    assert everything(elsewhere) == held
    if operation.name not in UNPROVED and not SHARED & places.keys():
        # Otherwise the above would be true of a request that is refused for another reason.
        good = call(stack, operation, mine, key=key)
        assert faults(operation, good) == []
        # 409: what was sent as a new id is there already, for its owner.
        assert good.status < 400 or good.status == 409, f"say in planted.py what a good request is: {good.body!r}"


def _blurred(answer: Answer, given: str) -> tuple[int, str]:
    """An answer without what differs from request to request: the id that was asked for, new ids, times, hashes."""
    text = answer.body.decode(errors="replace").replace(given, "ID")
    text = re.sub(r'"request_id": ?"[^"]*"', "", text)
    text = re.sub(r"\b[a-z]{2,5}_[0-9A-Za-z]{16,}|wl_live_[\w-]{43}|wl_live_[\w-]{4}|[0-9a-f]{32,64}", "*", text)
    return answer.status, re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "T", text)
