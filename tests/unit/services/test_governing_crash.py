"""A process that dies at any write of an evaluation, a decision or an outcome leaves nothing half done."""

from typing import Any

import pytest

from tests.fakes.dying import Died, DyingLedger
from tests.fakes.env import Clock, fixed_env
from tests.fakes.governing import MemoryAgents, MemoryGoverned, MemoryPolicies
from tests.fakes.ledger import MemoryLedger
from wakeline.domain.agents import Agent
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Conflict
from wakeline.domain.policy.stored import StoredPolicy
from wakeline.services import approvals, ledger, outcomes, traces
from wakeline.services.audit import AuditLog
from wakeline.services.evaluation import Governors, Request, evaluate

AGENT = Caller("ws_1", "proj_1", "key_agent", "key", frozenset({"evaluate", "traces:write"}), "free")
PERSON = Caller("ws_1", None, "user:bob", "user", frozenset({"admin"}), "free")
POLICY = """
version = 1
[[rule]]
name = "r"
effect = "approval_required"
conditions.max_actions_per_hour = 100
"""
ASKED = Request("agt_1", "deploy", "aws", "prod", "internal", {"a": 1})


class World:
    """Governing on stores in memory; `dying(at, when)` is the same on a ledger that dies at its n-th write."""

    def __init__(self) -> None:
        self.ledger = MemoryLedger()
        self.governed = MemoryGoverned(self.ledger)
        self.policies = MemoryPolicies()
        self.agents = MemoryAgents()
        self.clock = Clock()
        self.env = fixed_env(self.clock)
        self.policies.put(StoredPolicy("ws_1", 1, "d-crash", POLICY, "2026-01-01T00:00:00.000Z", "tests"))
        self.agents.put(Agent("ws_1", "agt_1", "deploy", owner="ann"))
        self.stores = Governors(self.ledger, self.governed, self.policies, self.agents)

    def on(self, store: Any) -> Governors:
        return Governors(store, self.governed, self.policies, self.agents)

    def kinds(self, trace_id):
        trace = self.ledger.head("ws_1", trace_id)
        return [event.type for event in ledger.read_events(self.ledger, trace)] if trace else []

    def log(self):
        return AuditLog(self.ledger, self.env)


class DyingGoverned:
    """Dies before or after the write that holds all of it."""

    def __init__(self, store, when):
        self.store = store
        self.when = when

    def __getattr__(self, name):
        call = getattr(self.store, name)
        if name not in ("open", "decide"):
            return call

        def write(*given):
            if self.when == "before":
                raise Died(name)
            call(*given)
            raise Died(name)

        return write


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_evaluation_that_died_is_asked_again_and_is_one_trace(when):
    world = World()
    dying = Governors(world.ledger, DyingGoverned(world.governed, when), world.policies, world.agents)
    with pytest.raises(Died):
        evaluate(dying, world.env, AGENT, ASKED, "k")
    said = evaluate(world.stores, world.env, AGENT, ASKED, "k")
    assert evaluate(world.stores, world.env, AGENT, ASKED, "k") == said
    assert len(world.governed.requests) == 1
    assert world.kinds(said.trace_id)[-1] == "approval_requested"
    assert world.governed.window("ws_1", "agt_1", "r").used(world.clock()) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("verb", ["approve", "deny"])
def test_a_decision_that_died_is_made_or_not(when, verb):
    world = World()
    said = evaluate(world.stores, world.env, AGENT, ASKED, None)
    approval_id = said.said["approval_request_id"]
    dying = Governors(world.ledger, DyingGoverned(world.governed, when), world.policies, world.agents)
    with pytest.raises(Died):
        approvals.decide(dying, world.env, world.log(), PERSON, approval_id, verb, None)
    found = world.governed.approval("ws_1", approval_id)
    assert found is not None
    pending = found.status == "pending"
    assert pending == (world.kinds(said.trace_id)[-1] == "approval_requested") == (when == "before")
    if pending:
        approvals.decide(world.stores, world.env, world.log(), PERSON, approval_id, verb, None)
    else:
        with pytest.raises(Conflict):
            approvals.decide(world.stores, world.env, world.log(), PERSON, approval_id, verb, None)
    assert traces.verify(world.ledger, world.env, PERSON, said.trace_id).valid


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", [1, 2])
def test_an_outcome_that_died_is_told_again_and_counts_once(at, when):
    world = World()
    said = evaluate(world.stores, world.env, AGENT, ASKED, None)
    approvals.decide(world.stores, world.env, world.log(), PERSON, said.said["approval_request_id"], "approve", None)
    dying = world.on(DyingLedger(world.ledger, at, when))
    with pytest.raises(Died):
        outcomes.record(dying, world.env, AGENT, said.trace_id, success=True, said=None)
    try:
        outcomes.record(world.stores, world.env, AGENT, said.trace_id, success=False, said=None)
        wanted = "blocked"
    except Conflict:
        wanted = "completed_with_approval"
    trace = world.ledger.head("ws_1", said.trace_id)
    assert trace is not None
    assert trace.outcome == wanted
    assert world.kinds(said.trace_id).count("trace_closed") == 1
    assert traces.verify(world.ledger, world.env, PERSON, said.trace_id).valid


def test_expired_requests_are_ended_though_one_cannot_be():
    world = World()
    said = [evaluate(world.stores, world.env, AGENT, ASKED, None) for _ in range(3)]
    broken = said[0].said["approval_request_id"]
    world.clock.advance(days=2)

    class Failing(MemoryGoverned):
        def decide(self, after, segment, approval):
            if approval.id == broken:
                raise OSError
            return super().decide(after, segment, approval)

    failing = Failing(world.ledger)
    failing.requests = world.governed.requests
    failed: list[Any] = []
    stores = Governors(world.ledger, failing, world.policies, world.agents)
    assert approvals.sweep(stores, world.env, lambda approval, _: failed.append(approval.id)) == 2
    assert failed == [broken]
    assert approvals.sweep(world.stores, world.env, lambda *_: None) == 1
