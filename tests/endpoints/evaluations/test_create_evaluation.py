"""POST /api/v1/evaluate."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.endpoints.governing import POLICY, Governed
from wakeline import wiring


@pytest.fixture
def governed(stack, workspace):
    return Governed(stack, workspace).ready()


def test_anonymous(stack):
    assert stack.call("POST", "/api/v1/evaluate", body={}).status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("POST", "/api/v1/evaluate", key=workspace.writer, body={}).status == 403


def test_another_workspaces_agent_is_unknown(governed, elsewhere):
    assert governed.ask(key=elsewhere.key()).status == 404


def test_allowed(governed):
    said = governed.ask("read").json
    assert said == {
        "decision": "allow",
        "trace_id": said["trace_id"],
        "approval_request_id": None,
        "reason": "rule 'reading'",
        "policy_rule_id": "reading",
        "policy_version": 1,
        "risk_classification": "low",
    }
    trace = governed.trace(said["trace_id"])
    assert governed.kinds(said["trace_id"]) == [
        "trace_initiated",
        "identity_resolved",
        "policy_evaluated",
        "operation_allowed",
    ]
    assert {event["policy_version"] for event in trace["events"]} == {1}
    assert trace["events"][0]["description"] == "Agent initiated read operation on aws"
    shown: dict[str, object] = {
        "agent_id": "deploy-agent",
        "agent_name": "deploy-agent",
        "authority_model": "self",
        "requested_operation": "read",
        "target_integration": "aws",
        "resource_scope": "production/web",
        "final_outcome": "in_progress",
        "completed_at": None,
        "duration_ms": None,
        "event_count": 4,
        "has_approval": False,
        "parent_trace_id": None,
        "approval_requests": [],
    }
    assert {name: trace[name] for name in shown} == shown
    assert governed.valid(said["trace_id"])


def test_needs_a_person(governed):
    said = governed.ask(context={"why": "release 7"}).json
    assert said["decision"] == "approval_required"
    assert said["reason"] == "a person looks first"
    assert governed.kinds(said["trace_id"]) == [
        "trace_initiated",
        "identity_resolved",
        "policy_evaluated",
        "sensitive_operation_detected",
        "approval_requested",
    ]
    trace = governed.trace(said["trace_id"])
    assert trace["has_approval"] is True
    (request,) = trace["approval_requests"]
    assert (request["id"], request["status"], request["flag_reason"]) == (
        said["approval_request_id"],
        "pending",
        "a person looks first",
    )
    assert trace["events"][-1]["approval_request_id"] == said["approval_request_id"]
    assert trace["events"][0]["metadata"]["context"] == {"why": "release 7"}
    assert [event["actor_type"] for event in trace["events"]] == [
        "agent",
        "system",
        "policy_engine",
        "policy_engine",
        "approval_service",
    ]


def test_denied(governed):
    said = governed.ask("drop").json
    assert (said["decision"], said["policy_rule_id"]) == ("deny", None)
    assert governed.kinds(said["trace_id"])[-3:] == ["sensitive_operation_detected", "operation_denied", "trace_closed"]
    trace = governed.trace(said["trace_id"])
    assert (trace["final_outcome"], trace["status"]) == ("blocked", "failed")
    assert trace["completed_at"] is not None
    assert trace["duration_ms"] == 0


@pytest.mark.parametrize("state", ["suspended", "revoked"])
def test_an_inactive_agent_is_denied_whatever_the_rules_say(stack, governed, state):
    assert governed.ask("read").json["decision"] == "allow"
    change = {"lifecycle_state": state}
    assert stack.call("PATCH", "/api/v1/agents/deploy-agent", key=governed.admin, body=change).status == 200
    said = governed.ask("read").json
    assert (said["decision"], said["reason"]) == ("deny", f"the agent is {state}")


def test_an_unknown_agent(governed):
    assert governed.ask(agent_id="nobody").status == 404


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"operation": ""}, "operation"),
        ({"operation": "x" * 1001}, "operation"),
        ({"resource_scope": "x" * 2001}, "resource_scope"),
        ({"data_classification": "secret"}, "data_classification"),
        ({"agent_id": "a b"}, "agent_id"),
        ({"context": []}, "context"),
        ({"context": {"big": "x" * 10240}}, "context"),
        ({"context": {"n": 2**60}}, "context"),
    ],
)
def test_bad_input_names_the_field_and_leaves_nothing(governed, said, field):
    before = governed.workspace.stored()
    answer = governed.ask(**said)
    assert (answer.status, answer.error["details"][0]["field"]) == (400, field)
    assert governed.workspace.stored() == before


def test_a_parent_must_be_there(governed):
    first = governed.ask("read").json["trace_id"]
    said = governed.ask("read", parent_trace_id=first).json
    assert governed.trace(said["trace_id"])["parent_trace_id"] == first
    assert governed.ask("read", parent_trace_id="trc_no").status == 404


def test_the_default_policy_fails_closed(stack, workspace):
    governed = Governed(stack, workspace)
    governed.agent()
    assert governed.ask("read_file").json["decision"] == "allow"
    assert governed.ask("read_file").json["policy_version"] == 0
    assert governed.ask("write_file").json["decision"] == "approval_required"
    assert governed.ask("write_file", data_classification="restricted").json["decision"] == "deny"


def test_the_same_key_is_the_same_trace(governed):
    first, second = governed.ask(again="k").json, governed.ask(again="k").json
    assert first == second
    assert governed.ask(again="k2").json["trace_id"] != first["trace_id"]
    assert governed.ask("read", again="k").status == 422


def test_the_same_key_at_once_is_one_trace(governed):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: governed.ask(again="k"), range(8)))
    assert {answer.status for answer in answers} <= {200, 409}
    assert len({answer.json["trace_id"] for answer in answers if answer.status == 200}) == 1
    listed = governed.stack.call("GET", "/api/v1/traces", key=governed.admin).json
    assert listed["pagination"]["total"] == 1


def test_a_bound_per_hour_holds_at_once(stack, workspace):
    governed = Governed(stack, workspace).ready(
        POLICY.replace('operations = ["read"]', 'operations = ["read"]\nconditions = {max_actions_per_hour = 5}')
    )
    with ThreadPoolExecutor(8) as pool:
        said = [answer.json for answer in pool.map(lambda _: governed.ask("read"), range(12))]
    assert sorted(each["decision"] for each in said) == ["allow"] * 5 + ["deny"] * 7
    refused = next(each for each in said if each["decision"] == "deny")
    assert refused["reason"] == "rule 'reading': more than 5 actions in an hour"
    assert refused["policy_rule_id"] == "reading"


def test_a_bound_on_cost(stack, workspace):
    governed = Governed(stack, workspace).ready(
        POLICY.replace('operations = ["read"]', 'operations = ["read"]\nconditions = {max_cost_per_action_usd = 5.0}')
    )
    assert governed.ask("read", context={"estimated_cost_usd": 5}).json["decision"] == "allow"
    assert governed.ask("read", context={"estimated_cost_usd": 5.01}).json["decision"] == "deny"
    assert governed.ask("read").json["decision"] == "deny"


def test_nobody_else_writes_a_governed_trace(stack, governed):
    trace_id = governed.ask().json["trace_id"]
    forged = {"type": "approval_granted", "payload": {"approval_request_id": "x"}}
    assert stack.call("POST", f"/api/traces/{trace_id}/events", key=governed.admin, body=forged).status == 409
    assert governed.kinds(trace_id)[-1] == "approval_requested"


def test_lists_filter_by_outcome_and_agent(stack, governed):
    waiting, blocked = governed.ask().json["trace_id"], governed.ask("drop").json["trace_id"]

    def listed(**query):
        return [each["id"] for each in stack.call("GET", "/api/v1/traces", key=governed.admin, **query).json["data"]]

    assert listed(outcome="pending") == [waiting]
    assert listed(outcome="in_progress") == [waiting]
    assert listed(outcome="blocked") == [blocked]
    assert set(listed(agent_id="deploy-agent")) == {waiting, blocked}
    assert listed(agent_id="other") == []


def test_a_default_that_asks(stack, workspace):
    governed = Governed(stack, workspace).ready('version = 1\n[governance]\ndefault = "approval_required"\n')
    said = governed.ask("anything").json
    assert (said["decision"], said["policy_rule_id"]) == ("approval_required", None)
    assert governed.decide("approve", said["approval_request_id"]).status == 200
    assert governed.outcome(said["trace_id"]).status == 204


def test_a_governed_trace_is_kept_for_its_time(stack, governed):
    trace_id = governed.ask("read").json["trace_id"]
    answer = stack.call("DELETE", f"/api/v1/traces/{trace_id}", key=governed.admin)
    assert (answer.status, answer.error["code"]) == (409, "conflict")
    assert governed.kinds(trace_id)[0] == "trace_initiated"


def test_after_its_time_it_may_be_deleted(stack, governed, monkeypatch):
    trace_id = governed.ask("read").json["trace_id"]
    env = wiring.env()
    later = env.now() + timedelta(days=2556)
    monkeypatch.setattr(wiring, "env", lambda: type(env)(lambda: later, env.new_id, env.salt, env.pause))
    assert stack.call("DELETE", f"/api/v1/traces/{trace_id}", key=governed.admin).status == 204
