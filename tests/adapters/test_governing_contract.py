"""The stores of governing: the same suite on the fakes and on DynamoDB."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import make_trace
from tests.fakes.env import START, fixed_env
from tests.fakes.governing import MemoryAgents, MemoryGoverned, MemoryPolicies
from tests.fakes.ledger import MemoryLedger
from wakeline.adapters.dynamodb.agents import DynamoAgents
from wakeline.adapters.dynamodb.governed import DynamoGoverned
from wakeline.adapters.dynamodb.ledger import DynamoLedger
from wakeline.adapters.dynamodb.policies import DynamoPolicies
from wakeline.domain import times
from wakeline.domain.agents import Agent
from wakeline.domain.approvals import Approval
from wakeline.domain.events import NewEvent
from wakeline.domain.policy.rate import RateUse, Window
from wakeline.domain.policy.stored import Latest, StoredPolicy
from wakeline.services import ledger

WS = "ws_1"


@dataclass
class Stores:
    ledger: Any
    governed: Any
    policies: Any
    agents: Any


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request):
    if request.param == "memory":
        memory = MemoryLedger()
        return Stores(memory, MemoryGoverned(memory), MemoryPolicies(), MemoryAgents())
    request.getfixturevalue("engine")
    return Stores(DynamoLedger(), DynamoGoverned(), DynamoPolicies(), DynamoAgents())


def stored(version, text="version = 1\n"):
    return StoredPolicy(WS, version, f"digest {version}", text, times.render(START), "key_1")


def request(approval_id="apr_1", minutes=0, trace_id="trc_1", **said):
    facts = {
        "workspace_id": WS,
        "project_id": "proj_1",
        "id": approval_id,
        "trace_id": trace_id,
        "agent_id": "agt_1",
        "agent_name": "deploy",
        "operation": "deploy",
        "target_integration": "aws",
        "resource_scope": "prod",
        "data_classification": "internal",
        "risk_classification": "low",
        "policy_rule_id": None,
        "policy_version": 1,
        "flag_reason": "why",
        "requested_by": ("key_1", "ann"),
        "requested_at": times.render(START + timedelta(minutes=minutes)),
        "expires_at": times.render(START + timedelta(hours=1, minutes=minutes)),
        **said,
    }
    return Approval(**facts)


def begun(trace_id="trc_1", kind="trace_initiated"):
    trace = make_trace(trace_id, governance={"policy_version": 1})
    return ledger.prepared(fixed_env(), trace, [NewEvent.read({"type": kind, "payload": {}})])


def test_policies_in_versions(stores):
    assert stores.policies.latest(WS) is None
    assert not stores.policies.put(stored(2))
    assert stores.policies.put(stored(1))
    assert not stores.policies.put(stored(1, "version = 1 # other\n"))
    assert stores.policies.latest(WS) == Latest(1, "digest 1")
    second = replace(stored(2, "version = 1 # zwölf\n"), redacts=("aws", "email"))
    assert stores.policies.put(second)
    assert stores.policies.latest(WS) == Latest(2, "digest 2", ("aws", "email"))
    assert stores.policies.version(WS, 1) == stored(1)
    assert stores.policies.version(WS, 2) == second
    assert stores.policies.version(WS, 3) is None
    assert stores.policies.latest("ws_2") is None


def test_agents(stores):
    agent = Agent(WS, "agt_1", "deploy", owner="ann", created_at="c", created_by="key_1", updated_at="c")
    assert stores.agents.put(agent)
    assert not stores.agents.put(agent)
    changed = replace(agent, owner=None, lifecycle_state="suspended", version=2)
    assert stores.agents.put(changed)
    assert not stores.agents.put(changed)
    assert stores.agents.get(WS, "agt_1") == changed
    assert stores.agents.get("ws_2", "agt_1") is None
    other = replace(agent, id="agt_0")
    assert stores.agents.put(other)
    assert list(stores.agents.of_workspace(WS, 10)) == [other, changed]
    assert list(stores.agents.of_workspace(WS, 1)) == [other]


def test_an_evaluation_is_stored_whole_or_not_at_all(stores):
    head, segment = begun()
    window = stores.governed.window(WS, "agt_1", "a rule").with_one(START)
    use = RateUse("agt_1", "a rule", window)
    assert stores.governed.open(head, segment, request(), use)
    assert stores.ledger.head(WS, "trc_1") == head
    assert stores.governed.approval(WS, "apr_1") == request()
    assert stores.governed.window(WS, "agt_1", "a rule") == window
    assert stores.governed.window(WS, "agt_1", "another") == Window()
    # The trace is there; the count moved on.
    assert not stores.governed.open(head, segment, request("apr_2"), None)
    other, begins = begun("trc_2")
    assert not stores.governed.open(other, begins, request("apr_2"), use)
    assert stores.ledger.head(WS, "trc_2") is None
    assert stores.governed.approval(WS, "apr_2") is None
    assert stores.governed.open(other, begins, None, RateUse("agt_1", "a rule", window.with_one(START)))
    assert stores.governed.window(WS, "agt_1", "a rule").used(START) == 2


def test_a_request_is_decided_once(stores):
    head, segment = begun()
    assert stores.governed.open(head, segment, request(), None)
    after, granted = ledger.prepared(fixed_env(), head, [NewEvent.read({"type": "approval_granted", "payload": {}})])
    done = replace(request(), status="approved", approver_name="bob", decided_at=times.render(START))
    assert stores.governed.decide(after, granted, done)
    assert stores.ledger.head(WS, "trc_1") == after
    assert stores.governed.approval(WS, "apr_1") == done
    assert not stores.governed.decide(after, granted, replace(done, status="denied"))
    assert stores.governed.approval(WS, "apr_1") == done
    assert [event.type for event in ledger.read_events(stores.ledger, after)] == ["trace_initiated", "approval_granted"]


def test_a_decision_over_another_head_changes_nothing(stores):
    head, segment = begun()
    assert stores.governed.open(head, segment, request(), None)
    after, granted = ledger.prepared(fixed_env(), head, [NewEvent.read({"type": "approval_granted", "payload": {}})])
    assert stores.ledger.write_head(head.rewritten(START, notes="x"), head.version)
    assert not stores.governed.decide(after, granted, replace(request(), status="approved"))
    assert stores.governed.approval(WS, "apr_1") == request()
    assert len(list(stores.ledger.segments(WS, "trc_1"))) == 1


def test_requests_are_listed_newest_first(stores):
    for number in range(5):
        head, segment = begun(f"trc_{number}")
        assert stores.governed.open(head, segment, request(f"apr_{number}", number, f"trc_{number}"), None)
    page, behind = stores.governed.entries(WS, None, 2)
    assert [entry.approval_id for entry in page] == ["apr_4", "apr_3"]
    rest, end = stores.governed.entries(WS, behind, 10)
    assert [entry.approval_id for entry in rest] == ["apr_2", "apr_1", "apr_0"]
    assert end is None
    assert (rest[0].status, rest[0].project_id, rest[0].agent_id) == ("pending", "proj_1", "agt_1")
    assert stores.governed.entries("ws_2", None, 10) == ([], None)
    assert stores.governed.approvals(WS, ["apr_1", "apr_9"]) == {"apr_1": request("apr_1", 1, "trc_1")}


def test_what_is_overdue(stores):
    for number in range(3):
        head, segment = begun(f"trc_{number}")
        assert stores.governed.open(head, segment, request(f"apr_{number}", number, f"trc_{number}"), None)
    assert list(stores.governed.overdue(START + timedelta(minutes=59, seconds=59))) == []
    over = list(stores.governed.overdue(START + timedelta(minutes=61)))
    assert {each.id for each in over} == {"apr_0", "apr_1"}
    head = stores.ledger.head(WS, "trc_0")
    after, ended = ledger.prepared(fixed_env(), head, [NewEvent.read({"type": "approval_expired", "payload": {}})])
    assert stores.governed.decide(after, ended, replace(request("apr_0", 0, "trc_0"), status="expired"))
    assert [each.id for each in stores.governed.overdue(START + timedelta(minutes=61))] == ["apr_1"]
