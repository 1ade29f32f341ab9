"""API keys at the edge: where they stand, what they may do, how often in a minute."""

from datetime import UTC, datetime

import pytest

from wakeline.domain.caller import LIMITS, READS, ROLES, SCOPES, Caller
from wakeline.http.endpoint import endpoint


@endpoint("GET /api/v1/things", scope="traces:read")
def get_things(caller: Caller) -> dict[str, object]:
    return {
        "workspace": caller.workspace_id,
        "project": caller.project_id,
        "principal": caller.principal,
        "kind": caller.kind,
    }


@endpoint("POST /api/v1/things", scope="traces:write", status=201)
def create_thing(caller: Caller) -> dict[str, object]:
    return {}


@endpoint("PUT /api/v1/things", scope="service")
def put_thing(caller: Caller) -> dict[str, object]:
    return {"kind": caller.kind}


@endpoint("GET /api/v1/open", scope=None)
def get_open() -> dict[str, object]:
    return {}


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer wl_live_test"},
        {"authorization": "bearer   wl_live_test "},
        {"AUTHORIZATION": "BEARER wl_live_test"},
        {"x-retrace-key": "wl_live_test"},
        {"X-Retrace-Key": " wl_live_test "},
        {"x-retrace-key": "wl_live_test", "Authorization": "Bearer someone-elses"},
        {"x-retrace-key": "", "Authorization": "Bearer wl_live_test"},
    ],
)
def test_a_key_comes_as_bearer_or_in_its_own_header(ask, headers):
    answer = ask(get_things, key=None, headers=headers)
    assert answer.status == 200
    assert answer.json == {"workspace": "ws_1", "project": None, "principal": "key_1", "kind": "key"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer  "},
        {"Authorization": "Basic wl_live_test"},
        {"Authorization": "wl_live_test"},
        {"Authorization": "Bearer unknown"},
        {"Authorization": "Bearer " + "k" * 9000},
        {"Authorization": "Bearer wl_live_tést"},
        {"Authorization": "Bearer \ud800"},
        {"x-api-key": "wl_live_test"},
        {"cookie": "wl_live_test"},
    ],
)
def test_without_a_known_credential_it_is_401(ask, headers):
    answer = ask(get_things, key=None, headers=headers)
    assert (answer.status, answer.error["code"]) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "X-RateLimit-Limit" not in answer.headers
    assert "wl_live" not in answer.text


def test_an_unknown_key_in_the_flat_api_is_answered_flat(ask):
    answer = ask(get_things, key=None, headers={"x-retrace-key": "unknown"})
    assert (answer.status, answer.json) == (401, {"error": "the credential is not valid"})


def test_a_public_endpoint_asks_for_nothing_and_counts_nothing(ask, keys):
    answer = ask(get_open, key="unknown")
    assert answer.status == 200
    assert "X-RateLimit-Limit" not in answer.headers
    assert keys.windows == {}


def test_nothing_is_read_from_a_body_before_its_sender_is_known(ask):
    assert ask(create_thing, key=None, body=b"{").status == 401


def test_a_revoked_or_expired_key_is_unknown_at_once(ask, keys, clock):
    keys.add("brief", expires_at="2026-03-21T10:05:00.000Z")
    assert ask(get_things, key="brief").status == 200
    clock.advance(minutes=5)
    assert ask(get_things, key="brief").status == 401
    digest = next(iter(keys.stored))
    keys.revoke("ws_1", digest, clock())
    assert ask(get_things).status == 401


def test_a_key_may_do_what_its_scopes_say(ask, keys):
    keys.add("reader", "traces:read")
    assert ask(get_things, key="reader").status == 200
    answer = ask(create_thing, key="reader")
    assert (answer.status, answer.error["code"]) == (403, "forbidden")
    assert "traces:write" in answer.error["message"]
    assert "X-RateLimit-Limit" in answer.headers


def test_admin_covers_everything_but_service(ask, keys):
    keys.add("service", "traces:read", kind="service")
    assert ask(create_thing).status == 201
    assert ask(put_thing).status == 403
    assert ask(put_thing, key="service").json == {"kind": "service"}
    assert ask(create_thing, key="service").status == 201


def test_service_as_a_scope_gives_nothing(ask, keys):
    keys.add("pretender", "service", "traces:read")
    assert ask(put_thing, key="pretender").status == 403


def test_a_key_carries_its_workspace_and_project(ask, keys):
    keys.add("theirs", "traces:read", workspace_id="ws_2", project_id="proj_9")
    answer = ask(get_things, key="theirs").json
    assert (answer["workspace"], answer["project"]) == ("ws_2", "proj_9")


def test_roles_hold_only_known_scopes_and_only_admin_all_of_them():
    for role, scopes in ROLES.items():
        assert scopes <= SCOPES, role
        assert "service" not in scopes
    assert [role for role, scopes in ROLES.items() if "admin" in scopes] == ["admin"]
    assert ROLES["viewer"] == READS
    assert ROLES["developer"] < ROLES["reviewer"]


@pytest.mark.parametrize("plan", ["standard", "free", "pro"])
@pytest.mark.parametrize("write", [False, True])
def test_a_plan_allows_so_many_reads_and_writes_a_minute(ask, keys, clock, plan, write):
    keys.add("counted", plan=plan)
    limit = {"standard": (100, 20), "free": (300, 100), "pro": (1500, 500)}[plan][write]
    clock.advance(seconds=12)
    reset = int(datetime(2026, 3, 21, 10, 1, tzinfo=UTC).timestamp())
    asked = create_thing if write else get_things
    for left in range(limit - 1, -1, -1):
        answer = ask(asked, key="counted")
        assert answer.status < 300
        assert answer.headers["X-RateLimit-Remaining"] == str(left)
    over = ask(asked, key="counted")
    assert (over.status, over.error["code"], over.error["retry"]) == (429, "rate_limited", "backoff")
    assert over.headers["X-RateLimit-Limit"] == str(limit)
    assert over.headers["X-RateLimit-Remaining"] == "0"
    assert over.headers["X-RateLimit-Reset"] == str(reset)
    assert over.headers["Retry-After"] == "48"
    other = ask(get_things if write else create_thing, key="counted")
    assert other.status < 300
    clock.advance(seconds=48)
    assert ask(asked, key="counted").headers["X-RateLimit-Remaining"] == str(limit - 1)


def test_retry_after_is_at_least_a_second(ask, keys, clock):
    keys.add("counted", plan="standard")
    clock.advance(seconds=59, milliseconds=999)
    answers = [ask(create_thing, key="counted") for _ in range(21)]
    assert answers[-1].headers["Retry-After"] == "1"


def test_a_key_over_its_limit_in_the_flat_api_is_told_when_to_come_back(ask, keys):
    keys.add("counted", plan="standard")
    answers = [ask(create_thing, key=None, headers={"x-retrace-key": "counted"}) for _ in range(21)]
    assert answers[-1].status == 429
    assert answers[-1].json == {"error": "too many requests in this minute"}
    assert answers[-1].headers["Retry-After"] == "60"


def test_refused_requests_count_too(ask, keys):
    keys.add("reader", "traces:read", plan="standard")
    answers = [ask(create_thing, key="reader").status for _ in range(21)]
    assert answers == [403] * 20 + [429]


def test_a_key_without_a_plan_has_the_default_one(ask, keys, monkeypatch):
    keys.add("plain", plan=None)
    assert ask(get_things, key="plain").headers["X-RateLimit-Limit"] == str(LIMITS["free"][0])
    monkeypatch.setenv("DEFAULT_PLAN", "pro")
    assert ask(get_things, key="plain").headers["X-RateLimit-Limit"] == str(LIMITS["pro"][0])


def test_a_plan_that_is_not_known_is_as_good_as_free(ask, keys):
    keys.add("odd", plan="platinum")
    assert ask(get_things, key="odd").headers["X-RateLimit-Limit"] == "300"
