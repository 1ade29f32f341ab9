"""What is the same for every endpoint: credentials, limits and headers, through the real key store."""

import pytest

from tests.endpoints.stack import within_a_minute
from tests.endpoints.tokens import token
from tests.factories import message


def test_every_id_of_another_workspace_is_404(stack, workspace, elsewhere):
    trace = workspace.trace("trc_1", [message()])
    admin = elsewhere.key("admin")
    held = workspace.stored()
    for method, path in (
        ("GET", f"/api/v1/traces/{trace.id}"),
        ("GET", f"/api/v1/traces/{trace.id}/verify"),
        ("DELETE", f"/api/v1/traces/{trace.id}"),
        ("GET", f"/api/traces/{trace.id}/events"),
        ("POST", f"/api/traces/{trace.id}/events"),
        ("GET", f"/api/v1/sessions/{trace.id}"),
        ("GET", f"/api/sessions/{trace.id}"),
        ("PATCH", f"/api/sessions/{trace.id}"),
        ("GET", f"/api/sessions/{trace.id}/timeline"),
    ):
        body = {"POST": message(), "PATCH": {"notes": "x"}}.get(method)
        answer = stack.call(method, path, key=admin, body=body)
        assert (answer.status, answer.error["code"]) == (404, "not_found"), (method, path)
    assert workspace.stored() == held


def test_every_answer_carries_its_limit_and_request_id(stack, workspace):
    key = workspace.key(plan="standard")
    for path, status in (("/api/v1/traces", 200), ("/api/v1/traces/trc_no", 404), ("/api/v1/traces?limit=0", 400)):
        answer = stack.call("GET", path, key=key)
        assert answer.status == status
        assert answer.headers["x-ratelimit-limit"] == "100"
        assert int(answer.headers["x-ratelimit-reset"]) % 60 == 0
        assert answer.headers["x-request-id"]
        if status >= 400:
            assert answer.error["request_id"] == answer.headers["x-request-id"]
    within_a_minute()
    left = [int(stack.call("GET", "/api/v1/traces", key=key).headers["x-ratelimit-remaining"]) for _ in range(3)]
    assert left == list(range(left[0], left[0] - 3, -1))


def test_a_key_beyond_its_plan_waits(stack, workspace):
    key = workspace.key(plan="standard")
    within_a_minute(10)
    answers = [stack.call("POST", "/api/traces", key=key, body={}) for _ in range(22)]
    assert [answer.status for answer in answers] == [201] * 20 + [429] * 2
    assert len([name for name in workspace.stored() if name.endswith(" HEAD")]) == 20
    over = answers[-1]
    assert 1 <= int(over.headers["retry-after"]) <= 60
    assert over.error["retry"] == "backoff"
    assert stack.call("GET", "/api/v1/traces", key=key).status == 200


def test_an_expired_key_is_unknown(stack, workspace):
    assert stack.call("GET", "/api/v1/traces", key=workspace.key(expires_at="2026-01-01T00:00:00.000Z")).status == 401


@pytest.mark.parametrize(
    ("role", "reads", "writes", "keys"),
    [("viewer", 200, 403, 403), ("auditor", 200, 403, 403), ("developer", 200, 201, 403), ("admin", 200, 201, 200)],
)
def test_a_signed_in_person_may_what_the_role_says(stack, workspace, role, reads, writes, keys):
    mine = token(workspace, role)
    assert stack.call("GET", "/api/v1/traces", key=mine).status == reads
    assert stack.call("POST", "/api/traces", key=mine, body={}).status == writes
    assert stack.call("GET", "/api/v1/api-keys", key=mine).status == keys


def test_a_signed_in_person_of_a_project_sees_and_writes_there(stack, workspace):
    workspace.trace("trc_1", project_id="proj_1")
    workspace.trace("trc_2", project_id="proj_2")
    mine = token(workspace, project_id="proj_2")
    assert stack.call("GET", "/api/v1/traces/trc_1", key=mine).status == 404
    assert stack.call("GET", "/api/v1/traces/trc_2", key=mine).status == 200
    assert stack.call("POST", "/api/traces", key=mine, body={"id": "trc_3"}).json["trace"]["project_id"] == "proj_2"
    assert stack.call("GET", "/api/v1/traces", key=mine).json["pagination"]["total"] == 2


@pytest.mark.parametrize("claims", [{"exp": 1}, {"iss": "x"}, {"aud": "x"}, {"role": "root"}, {"workspace_id": "a#b"}])
def test_a_token_that_does_not_hold_is_refused(stack, workspace, claims):
    assert stack.call("GET", "/api/v1/traces", key=token(workspace, **claims)).status == 401


def test_a_persons_requests_are_counted(stack, workspace):
    within_a_minute()
    answers = [stack.call("POST", "/api/traces", key=token(workspace), body={}) for _ in range(3)]
    assert [answer.headers["x-ratelimit-limit"] for answer in answers] == ["100"] * 3
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["99", "98", "97"]


def test_a_service_reads_and_writes(stack, workspace):
    key = workspace.key("traces:read", kind="service")
    assert stack.call("POST", "/api/traces", key=key, body={"id": "trc_1"}).status == 201
    assert stack.call("GET", "/api/v1/traces/trc_1", key=key).status == 200


@pytest.mark.parametrize("secret", ["wl_local_project", "wl_local_admin", "wl_local_service", "wl_other_admin"])
def test_the_local_credentials_are_there(stack, secret):
    assert stack.call("GET", "/api/v1/traces", key=secret).status == 200


def test_a_fixed_local_key_knows_itself(stack):
    found = stack.call("GET", "/api/v1/api-keys", key="wl_local_admin").json
    assert (found["exists"], found["scopes"]) == (True, ["admin"])
