"""POST /api/v1/api-keys"""

import json

import pytest

from wakeline.domain.caller import PROJECT_KEY_SCOPES, SCOPES

PATH = "/api/v1/api-keys"


def create(stack, key, body=None, **said):
    return stack.call("POST", PATH, key=key, body={} if body is None else body, **said)


@pytest.fixture
def admin(workspace):
    return workspace.key("admin")


def keys_of(stack, workspace):
    """What the store holds of a workspace's keys."""
    return [item for item in stored_keys(stack) if workspace.id in item]


def stored_keys(stack):
    with stack.engine.lock:
        table = next(iter(stack.engine.tables().values()))
        return sorted(
            json.dumps(item.to_json(), default=str)
            for pk, items in table.items.items()
            if pk.value.startswith(("K#", "KEYS#"))
            for item in items.values()
        )


def test_anonymous(stack):
    assert create(stack, None).status == 401


def test_missing_scope(stack, workspace):
    key = workspace.key()
    held = len(keys_of(stack, workspace))
    assert create(stack, key).status == 403
    assert len(keys_of(stack, workspace)) == held


def test_a_key_works_in_its_own_workspace_only(stack, workspace, elsewhere, admin):
    made = create(stack, admin).json["key"]
    elsewhere.trace("trc_1")
    assert stack.call("GET", "/api/v1/traces/trc_1", key=made).status == 404
    workspace.trace("trc_1")
    assert stack.call("GET", "/api/v1/traces/trc_1", key=made).status == 200


def test_a_new_key_is_shown_once_and_stored_as_its_hash(stack, workspace, admin):
    answer = create(stack, admin, {"name": "ci"})
    assert answer.status == 201
    made = answer.json
    assert made.keys() >= {"id", "key", "prefix", "scopes", "name", "project_id", "created_at", "expires_at"}
    assert made["key"].startswith("wl_live_")
    assert len(made["key"]) == 51
    assert made["prefix"] == made["key"][:12]
    assert made["id"].startswith("key_")
    assert (made["name"], made["project_id"], made["expires_at"]) == ("ci", None, None)
    assert made["scopes"] == list(PROJECT_KEY_SCOPES)
    assert not [item for item in stored_keys(stack) if made["key"] in item]
    assert stack.call("POST", "/api/traces", key=made["key"], body={}).status == 201
    assert create(stack, made["key"]).status == 403


def test_no_two_keys_are_alike(stack, admin):
    made = [create(stack, admin).json for _ in range(5)]
    assert len({each["key"] for each in made}) == len({each["id"] for each in made}) == 5


def test_a_key_has_the_scopes_and_project_it_was_given(stack, workspace, admin):
    made = create(stack, admin, {"scopes": ["traces:read", "traces:read"], "project_id": "proj_2"}).json
    assert (made["scopes"], made["project_id"]) == (["traces:read"], "proj_2")
    workspace.trace("trc_1", project_id="proj_1")
    workspace.trace("trc_2", project_id="proj_2")
    assert stack.call("GET", "/api/v1/traces/trc_1", key=made["key"]).status == 404
    assert stack.call("GET", "/api/v1/traces/trc_2", key=made["key"]).status == 200
    assert stack.call("POST", "/api/traces", key=made["key"], body={}).status == 403


def test_an_admin_may_give_every_scope_but_service(stack, admin):
    for scope in SCOPES - {"service"}:
        assert create(stack, admin, {"scopes": [scope]}).status == 201, scope
    assert create(stack, admin, {"scopes": ["service"]}).status == 400


@pytest.mark.parametrize("scope", ["admin", "approvals:write", "audit:export"])
def test_nobody_gives_what_they_do_not_have(stack, workspace, scope):
    keeper = workspace.key("keys:write", "traces:read")
    held = len(keys_of(stack, workspace))
    answer = create(stack, keeper, {"scopes": [scope]})
    assert (answer.status, answer.error["code"]) == (403, "forbidden")
    assert len(keys_of(stack, workspace)) == held
    assert create(stack, keeper, {"scopes": ["traces:read"]}).status == 201


def test_a_projects_key_makes_keys_of_its_project(stack, workspace):
    keeper = workspace.key("admin", project="proj_1")
    assert create(stack, keeper).json["project_id"] == "proj_1"
    assert create(stack, keeper, {"project_id": "proj_2"}).status == 404


def test_a_key_can_be_given_an_end(stack, admin):
    made = create(stack, admin, {"expires_in_days": 1}).json
    assert made["expires_at"][:10] > made["created_at"][:10]
    assert stack.call("GET", "/api/v1/traces", key=made["key"]).status == 200


def test_an_answer_with_a_key_is_not_repeated(stack, workspace, admin):
    first = create(stack, admin, headers={"Idempotency-Key": "k"})
    again = create(stack, admin, headers={"Idempotency-Key": "k"})
    assert (first.status, again.status) == (201, 409)
    assert first.json["key"] not in json.dumps(workspace.stored(), default=str)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 129}, "name"),
        ({"name": "a\n"}, "name"),
        ({"name": 7}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": "traces:read"}, "scopes"),
        ({"scopes": ["traces:fly"]}, "scopes"),
        ({"scopes": [7]}, "scopes.0"),
        ({"scopes": ["traces:read"] * 33}, "scopes"),
        ({"project_id": "a b"}, "project_id"),
        ({"project_id": "p" * 10_240}, "project_id"),
        ({"expires_in_days": 0}, "expires_in_days"),
        ({"expires_in_days": -1}, "expires_in_days"),
        ({"expires_in_days": 3651}, "expires_in_days"),
        ({"expires_in_days": 1.5}, "expires_in_days"),
        ({"expires_in_days": "1"}, "expires_in_days"),
        ({"plan": "unlimited"}, "plan"),
        ({"workspace_id": "ws_2"}, "workspace_id"),
        ({"kind": "service"}, "kind"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_does_not_fit_is_named_and_no_key_is_made(stack, workspace, admin, body, field):
    held = len(keys_of(stack, workspace))
    answer = create(stack, admin, body)
    assert (answer.status, answer.error["code"]) == (400, "validation_error")
    assert answer.error["details"][0]["field"] == field
    assert len(keys_of(stack, workspace)) == held


@pytest.mark.parametrize("body", [b"{", b"[]", b"null"])
def test_what_is_no_object_is_refused(stack, admin, body):
    assert create(stack, admin, body).status == 400
