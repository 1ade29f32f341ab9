"""Retention: what the policy says is old goes, with a note; governed traces stay for their own time."""

from types import SimpleNamespace

import pytest

from tests.factories import make_trace, message
from tests.fakes.env import Clock, fixed_env
from wakeline import wiring
from wakeline.domain.audit import AUDIT_TRACE_ID
from wakeline.domain.config import Config
from wakeline.domain.policy.document import Document
from wakeline.services import ledger, nightly, policies
from wakeline.wiring import evidence, stats


@pytest.fixture
def clock(workers, monkeypatch):
    clock = Clock()
    env = fixed_env(clock)
    monkeypatch.setattr(wiring, "env", lambda: env)
    return clock


@pytest.fixture
def keeps(monkeypatch):
    """Set what the policy keeps."""

    def keeps(days=None, governed_days=36_500):
        said = {"version": 1, "retention": {"days": days, "governed_days": governed_days}}
        found = SimpleNamespace(policy=SimpleNamespace(document=Document.model_validate(said)))
        monkeypatch.setattr(policies, "current", lambda _store, _workspace: found)

    return keeps


def make(clock, trace_id, **facts):
    now = clock.moment.isoformat().replace("+00:00", "Z")
    assert wiring.ledger().create(make_trace(trace_id, created_at=now, started_at=now, **facts))


def alive(trace_id):
    trace = wiring.ledger().head("ws_1", trace_id)
    assert trace is not None
    return trace.deleted is None


def sweep(workers):
    return workers.functions.invoke(workers.functions.all["SweepRetention"], {})["deleted"]


@pytest.fixture
def old(workers, clock):
    """An old trace, an old one that goes on, an old governed one; nine days later, one of now."""
    for trace_id in ("old", "lasting"):
        make(clock, trace_id)
    make(clock, "governed", governance={"decision": "allow", "policy_version": 1})
    clock.advance(days=1)
    nightly.export_due(evidence.nightly())
    clock.advance(days=8)
    workers.append("lasting", message("still here"))
    make(clock, "new")
    clock.advance(days=2)


def test_what_outlived_its_time_goes(workers, clock, keeps, old):
    keeps(days=10)
    assert sweep(workers) == 1
    assert [alive(each) for each in ("old", "lasting", "governed", "new")] == [False, True, True, True]
    assert sweep(workers) == 0
    audit = wiring.ledger().head("ws_1", AUDIT_TRACE_ID)
    assert audit is not None
    events = ledger.read_events(wiring.ledger(), audit)
    (said,) = [event.body for event in events if event.body["action"] == "trace.deleted"]
    assert (said["resource_id"], said["principal"]) == ("old", "system:retention")


def test_governed_traces_have_a_time_of_their_own(workers, clock, keeps, old):
    keeps(governed_days=10)
    assert sweep(workers) == 1
    assert [alive(each) for each in ("old", "governed")] == [True, False]


def test_what_is_older_than_the_settings_say_goes(workers, clock, old):
    assert sweep(workers) == 0
    assert stats.config().put("ws_1", Config(1, {"retention_days": 10}))
    assert sweep(workers) == 1
    assert [alive(each) for each in ("old", "lasting", "governed", "new")] == [False, True, True, True]


def test_without_a_policy_everything_stays(workers, clock, keeps, old):
    keeps()
    assert sweep(workers) == 0
