"""GET /api/v1/approvals, GET one, POST …/approve and …/deny."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.endpoints.governing import POLICY, Governed
from tests.endpoints.tokens import token
from wakeline import wiring
from wakeline.domain import times
from wakeline.domain.audit import AUDIT_TRACE_ID
from wakeline.wiring import govern
from workers import sweep_approvals

PATHS = [("GET", "/api/v1/approvals"), ("GET", "/api/v1/approvals/apr_1")]
PATHS += [("POST", f"/api/v1/approvals/apr_1/{verb}") for verb in ("approve", "deny")]


@pytest.fixture
def governed(stack, workspace):
    return Governed(stack, workspace).ready()


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_anonymous(stack, method, path):
    assert stack.call(method, path).status == 401


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_missing_scope(stack, workspace, method, path):
    assert stack.call(method, path, key=workspace.key()).status == 403


def test_who_may_look_may_not_decide(governed):
    said = governed.ask().json
    viewer = token(governed.workspace, "viewer", "eve")
    listed = governed.stack.call("GET", "/api/v1/approvals", key=viewer)
    assert listed.json["pagination"]["total"] == 1
    assert governed.decide("approve", said["approval_request_id"], key=viewer).status == 403
    decider = governed.workspace.key("approvals:write")
    assert governed.stack.call("GET", "/api/v1/approvals", key=decider).status == 200


def test_another_workspaces_request_is_not_there(stack, governed, elsewhere):
    approval_id = governed.ask().json["approval_request_id"]
    for method, path in (("GET", ""), ("POST", "/approve"), ("POST", "/deny")):
        answer = stack.call(method, f"/api/v1/approvals/{approval_id}{path}", key=elsewhere.key("admin"))
        assert answer.status == 404
    assert stack.call("GET", "/api/v1/approvals", key=elsewhere.key("admin")).json["data"] == []


def test_another_projects_request_is_not_there(governed):
    approval_id = governed.ask().json["approval_request_id"]
    theirs = governed.workspace.key("approvals:write", project="proj_2")
    assert governed.decide("approve", approval_id, key=theirs).status == 404
    assert governed.stack.call("GET", "/api/v1/approvals", key=theirs).json["data"] == []
    mine = governed.workspace.key("approvals:write", project="proj_1")
    assert governed.decide("approve", approval_id, key=mine).status == 200


@pytest.mark.parametrize(
    ("body", "kept"),
    [({"decision_note": "for Q4"}, "for Q4"), ({"note": "a", "decision_note": "b"}, "a"), ({"note": None}, None)],
)
def test_a_note_by_the_name_that_answers_have_for_it(stack, governed, body, kept):
    approval_id = governed.ask().json["approval_request_id"]
    answer = stack.call("POST", f"/api/v1/approvals/{approval_id}/deny", key=governed.person, body=body)
    assert (answer.status, answer.json["decision_note"]) == (200, kept)


def test_approved_then_executed(governed):
    said = governed.ask(context={"why": "x"}).json
    answer = governed.decide("approve", said["approval_request_id"], note="for Q4")
    assert answer.status == 200
    shown = {name: answer.json[name] for name in ("status", "approver_name", "decision_note", "trace_id")}
    assert shown == {
        "status": "approved",
        "approver_name": "bob",
        "decision_note": "for Q4",
        "trace_id": said["trace_id"],
    }
    assert governed.trace(said["trace_id"])["final_outcome"] == "in_progress"
    assert governed.outcome(said["trace_id"], metadata={"deployment_id": "d1"}).status == 204
    trace = governed.trace(said["trace_id"])
    assert governed.kinds(said["trace_id"])[-3:] == ["approval_granted", "operation_executed", "trace_closed"]
    assert trace["final_outcome"] == "completed_with_approval"
    assert trace["events"][-2]["metadata"] == {"deployment_id": "d1"}
    assert trace["events"][-3]["actor_type"] == "human_reviewer"
    (request,) = trace["approval_requests"]
    assert (request["status"], request["approver_name"], request["decision_note"]) == ("approved", "bob", "for Q4")
    assert (trace["approver_name"], trace["approval_decision"]) == ("bob", "approved")
    assert governed.valid(said["trace_id"])


def test_denied_ends_the_trace(governed):
    said = governed.ask().json
    assert governed.decide("deny", said["approval_request_id"]).json["status"] == "denied"
    trace = governed.trace(said["trace_id"])
    assert governed.kinds(said["trace_id"])[-2:] == ["approval_denied", "trace_closed"]
    assert (trace["final_outcome"], trace["status"]) == ("denied", "failed")
    assert trace["completed_at"] is not None
    assert governed.outcome(said["trace_id"]).status == 409
    assert governed.valid(said["trace_id"])


def test_what_is_decided_stays_decided(governed):
    approval_id = governed.ask().json["approval_request_id"]
    assert governed.decide("approve", approval_id).status == 200
    for verb in ("approve", "deny"):
        answer = governed.decide(verb, approval_id)
        assert (answer.status, answer.error["code"]) == (409, "conflict")


def test_two_at_once_one_wins(governed):
    for _ in range(3):
        said = governed.ask().json
        with ThreadPoolExecutor(4) as pool:
            verbs = ["approve", "deny", "approve", "deny"]
            answers = list(pool.map(governed.decide, verbs, [said["approval_request_id"]] * 4))
        assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
        (won,) = (answer.json["status"] for answer in answers if answer.status == 200)
        ends = [kind for kind in governed.kinds(said["trace_id"]) if kind in ("approval_granted", "approval_denied")]
        assert ends == ["approval_granted" if won == "approved" else "approval_denied"]
        assert governed.valid(said["trace_id"])


@pytest.mark.parametrize("who", ["ann", "user:ann", "ANN"])
def test_nobody_approves_their_own_agents_request(stack, workspace, who):
    governed = Governed(stack, workspace).ready(owner=who)
    approval_id = governed.ask().json["approval_request_id"]
    owner = token(workspace, "admin", "ann")
    answer = governed.decide("approve", approval_id, key=owner)
    assert (answer.status, answer.error["code"]) == (403, "forbidden")
    key = stack.call("POST", "/api/v1/api-keys", key=owner, body={"scopes": ["approvals:write"]}).json["key"]
    assert governed.decide("approve", approval_id, key=key).status == 403
    assert governed.decide("approve", approval_id).status == 200


def test_nobody_approves_what_they_asked_for_themselves(governed):
    approval_id = governed.ask(key=governed.admin).json["approval_request_id"]
    assert governed.decide("approve", approval_id, key=governed.admin).status == 403
    assert governed.decide("deny", approval_id, key=governed.admin).status == 200


def test_a_suspended_agents_request_can_only_be_denied(stack, governed):
    approval_id = governed.ask().json["approval_request_id"]
    change = {"lifecycle_state": "suspended"}
    assert stack.call("PATCH", "/api/v1/agents/deploy-agent", key=governed.admin, body=change).status == 200
    assert governed.decide("approve", approval_id).status == 409
    assert governed.decide("deny", approval_id).status == 200


def later(monkeypatch, **by):
    env = wiring.env()
    moment = env.now() + timedelta(**by)
    frozen = type(env)(lambda: moment, env.new_id, env.salt, env.pause)
    monkeypatch.setattr(wiring, "env", lambda: frozen)


def test_what_nobody_decides_expires(governed, monkeypatch):
    said = governed.ask().json
    sweep_approvals.handler({}, None)
    assert governed.trace(said["trace_id"])["final_outcome"] == "in_progress"
    later(monkeypatch, seconds=601)
    assert sweep_approvals.handler({}, None)["expired"] >= 1  # what other tests left is over, too
    assert sweep_approvals.handler({}, None)["expired"] == 0
    approval = govern.governed().approval(governed.workspace.id, said["approval_request_id"])
    assert approval is not None
    assert approval.status == "expired"
    trace = governed.trace(said["trace_id"])
    assert (trace["final_outcome"], trace["approval_requests"][0]["status"]) == ("expired", "expired")
    assert governed.kinds(said["trace_id"])[-2:] == ["approval_expired", "trace_closed"]
    assert governed.outcome(said["trace_id"]).status == 409


def test_one_that_is_over_cannot_be_decided_though_nothing_swept_it(governed, monkeypatch):
    first, second = governed.ask().json, governed.ask().json
    later(monkeypatch, seconds=600)
    assert governed.decide("approve", first["approval_request_id"]).status == 409
    assert governed.trace(first["trace_id"])["final_outcome"] == "expired"
    assert governed.outcome(second["trace_id"]).status == 409
    assert governed.trace(second["trace_id"])["final_outcome"] == "expired"


def test_the_list_pages_and_filters(stack, governed):
    made = [governed.ask().json["approval_request_id"] for _ in range(5)]
    governed.decide("deny", made[0])

    def listed(**query):
        return stack.call("GET", "/api/v1/approvals", key=governed.person, **query).json

    page = listed(limit=2)
    assert [each["id"] for each in page["data"]] == made[:-3:-1]
    assert (page["pagination"]["total"], page["pagination"]["offset"]) == (5, 0)
    seen = list(page["data"])
    while page["pagination"]["next_cursor"]:
        page = listed(limit=2, cursor=page["pagination"]["next_cursor"])
        assert page["pagination"]["total"] == 5
        seen += page["data"]
    assert [each["id"] for each in seen] == made[::-1]
    assert [each["id"] for each in listed(limit=2, offset=3)["data"]] == made[1::-1]
    assert [each["id"] for each in listed(status="denied")["data"]] == [made[0]]
    assert listed(status="pending")["pagination"]["total"] == 4
    assert listed(agent_id="other")["data"] == []
    assert stack.call("GET", "/api/v1/approvals", key=governed.person, status="no").status == 400


def test_one_shows_the_context(stack, governed):
    approval_id = governed.ask(context={"why": "x"}).json["approval_request_id"]
    shown = stack.call("GET", f"/api/v1/approvals/{approval_id}", key=governed.person).json
    assert shown["context"] == {"why": "x"}
    assert (shown["operation"], shown["risk_classification"], shown["policy_version"]) == ("deploy", "low", 1)
    assert times.seconds_between(shown["requested_at"], shown["expires_at"]) == 600


def test_decisions_are_in_the_audit_log(stack, governed):
    approval_id = governed.ask().json["approval_request_id"]
    governed.decide("approve", approval_id)
    events = stack.call("GET", f"/api/v1/traces/{AUDIT_TRACE_ID}", key=governed.admin).json["events"]
    said = [(event["actor_name"], event["payload"]["action"]) for event in events]
    assert [each[1] for each in said] == ["policy.updated", "agent.created", "approval.approved"]
    assert said[-1][0] == "user:bob"


def test_a_note_is_bounded(governed):
    approval_id = governed.ask().json["approval_request_id"]
    assert governed.decide("approve", approval_id, note="x" * 2001).status == 400


def test_a_policy_that_says_when_a_request_is_over(stack, workspace):
    governed = Governed(stack, workspace).ready(POLICY.replace("approval_ttl_s = 600", "approval_ttl_s = 1"))
    said = governed.ask().json
    shown = stack.call("GET", f"/api/v1/approvals/{said['approval_request_id']}", key=governed.person).json
    assert times.seconds_between(shown["requested_at"], shown["expires_at"]) == 1
