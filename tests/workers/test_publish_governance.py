"""What the bus is told of governing: requests, decisions, policies, and traces that end with their first breath."""

import json
from typing import Any

from wakeline import wiring
from wakeline.adapters.dynamodb import changes
from wakeline.domain.agents import Agent
from wakeline.domain.audit import AUDIT_TRACE_ID
from wakeline.domain.caller import Caller
from wakeline.services import approvals, policies
from wakeline.services.evaluation import Evaluation, Request, evaluate
from wakeline.wiring import govern

AGENT = Caller("ws_1", "proj_1", "key_agent", "key", frozenset({"evaluate"}), "free")
PERSON = Caller("ws_1", None, "user:bob", "user", frozenset({"admin"}), "free")
POLICY = """
version = 1
[[rule]]
name = "deploys"
operations = ["deploy"]
effect = "approval_required"
"""


def told(workers) -> list[dict[str, Any]]:
    assert workers.run("ReadChanges") == []
    return [json.loads(entry["Detail"]) for entry in workers.bus]


def ask(operation: str) -> Evaluation:
    asked = Request("agt_1", operation, "aws", "prod", "internal", {"secret": "context"})
    return evaluate(govern.governors(), wiring.env(), AGENT, asked, None).to_json()


def test_a_request_from_its_policy_to_its_decision(workers):
    govern.agents().put(Agent("ws_1", "agt_1", "deploy-agent"))
    policies.put(govern.policies(), wiring.env(), govern.audit_log(), PERSON, POLICY)
    said = [ask("deploy") for _ in range(2)]
    stores, env, log = govern.governors(), wiring.env(), govern.audit_log()
    first, second = (str(each["approval_request_id"]) for each in said)
    approvals.decide(stores, env, log, PERSON, first, "approve", "a private note")
    approvals.decide(stores, env, log, PERSON, second, "deny", "a private note")
    events = told(workers)
    assert sorted(event["type"] for event in events) == [
        "approval.approved",
        "approval.denied",
        "approval.requested",
        "approval.requested",
        "policy.updated",
        "trace.completed",
        "trace.started",
        "trace.started",
    ]
    by_type = {event["type"]: event for event in events}
    assert by_type["approval.approved"]["approval_id"] == said[0]["approval_request_id"]
    assert by_type["approval.approved"]["approver_name"] == "bob"
    assert by_type["approval.denied"]["trace_id"] == said[1]["trace_id"]
    assert by_type["trace.completed"]["final_outcome"] == "denied"
    assert by_type["policy.updated"]["policy_version"] == 1
    text = json.dumps(events)
    assert "private note" not in text
    assert "secret" not in text


def test_what_is_blocked_at_once_is_told_as_ended(workers):
    govern.agents().put(Agent("ws_1", "agt_1", "deploy-agent", lifecycle_state="suspended"))
    trace_id = ask("deploy")["trace_id"]
    events = told(workers)
    assert [event["type"] for event in events] == ["trace.started", "trace.completed"]
    assert (events[1]["trace_id"], events[1]["status"], events[1]["final_outcome"]) == (trace_id, "failed", "blocked")


def test_the_audit_trace_is_no_event_is_not_live_and_is_not_counted(workers):
    policies.put(govern.policies(), wiring.env(), govern.audit_log(), PERSON, POLICY)
    assert [event["type"] for event in told(workers)] == ["policy.updated"]
    noted = [each for each in workers.records if AUDIT_TRACE_ID in str(each["dynamodb"]["Keys"])]
    assert noted
    for read in (changes.appended, changes.touched_trace, changes.head_change):
        assert [read(record) for record in noted] == [None] * len(noted)
    assert [wiring.activity_in(record) for record in noted] == [{}] * len(noted)
