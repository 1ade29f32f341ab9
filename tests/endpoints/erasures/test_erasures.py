"""PATCH /api/v1/traces/{id} and DELETE /api/traces/{id}/events/{id}: content goes, the proof stays."""

from datetime import timedelta
from typing import Any

import pytest

from tests.factories import message, tool_call
from tests.fakes.env import START, Clock, fixed_env
from wakeline import wiring
from wakeline.adapters.kms import is_signed
from wakeline.domain.evidence.check import check
from wakeline.domain.evidence.digest import start_of
from wakeline.domain.evidence.erasure import Selection, without
from wakeline.services import digests
from wakeline.wiring import evidence

PATH = "/api/v1/traces/trc_1"


@pytest.fixture
def admin(workspace):
    return workspace.key("admin")


@pytest.fixture
def clock(stack, monkeypatch):
    last = evidence.digests().last()
    after = start_of(last.hour) + timedelta(hours=1) if last else START + timedelta(days=90)
    clock = Clock(after + timedelta(minutes=10))
    env = fixed_env(clock)
    monkeypatch.setattr(wiring, "env", lambda: env)
    return clock


@pytest.fixture
def trace(workspace, clock):
    moment = clock.moment.isoformat().replace("+00:00", "Z")
    events = [message("my name is Ada", id="e0"), tool_call(id="e1"), message("Ada again", id="e2")]
    workspace.trace("trc_1", events, created_at=moment)
    return workspace.append("trc_1", [message("and later", id="e3")])


def events(stack, key):
    return stack.call("GET", "/api/traces/trc_1/events", key=key).json["events"]


def verified(stack, key):
    online = stack.call("GET", f"{PATH}/verify", key=key).json
    offline = check(stack.call("GET", f"{PATH}/export", key=key).json, is_signed)
    assert online["valid"], online
    assert offline.valid, offline.findings
    return offline


@pytest.mark.parametrize(("method", "path"), [("PATCH", PATH), ("DELETE", "/api/traces/trc_1/events/e0")])
def test_credentials(stack, workspace, elsewhere, trace, method, path):
    body: Any = {"erase": {}} if method == "PATCH" else None
    assert stack.call(method, path, body=body).status == 401
    assert stack.call(method, path, key=workspace.writer, body=body).error["code"] == "forbidden"
    assert stack.call(method, path, key=elsewhere.key("admin"), body=body).error["code"] == "not_found"
    assert stack.call(method, path, key=workspace.key("admin", project="proj_2"), body=body).status == 404


def test_a_whole_trace(stack, workspace, admin, trace, clock):
    clock.advance(hours=1)
    digests.seal_due(evidence.notary())
    answer = stack.call("PATCH", PATH, key=admin, body={"erase": {}, "reason": "Ada asked"})
    assert answer.status == 200
    assert answer.json == {"trace_id": "trc_1", "erased": 4, "event_count": 4, "head_hash": trace.head_hash}
    for event in events(stack, admin):
        assert (event["payload"], event["metadata"], event["payload_salt"]) == (None, None, None)
    assert b"Ada" not in stack.call("GET", f"{PATH}/export", key=admin).body
    assert b"Ada" not in stack.call("GET", PATH, key=admin).body
    assert "Ada" not in str(workspace.stored())
    report = verified(stack, admin)
    assert (report.erased, report.events) == (4, 4)
    clock.advance(hours=1)
    digests.seal_due(evidence.notary())
    verified(stack, admin)


@pytest.mark.parametrize(
    ("erase", "gone"),
    [
        ({"event_ids": ["e2"]}, {"e2"}),
        ({"types": ["user_message"]}, {"e0", "e2", "e3"}),
        ({"from_index": 1, "to_index": 2}, {"e1", "e2"}),
        ({"types": ["user_message"], "to_index": 1}, {"e0"}),
        ({"types": ["error"]}, set()),
    ],
)
def test_a_part(stack, admin, trace, erase, gone):
    answer = stack.call("PATCH", PATH, key=admin, body={"erase": erase})
    assert answer.json["erased"] == len(gone)
    assert {event["id"] for event in events(stack, admin) if event["payload"] is None} == gone
    verified(stack, admin)


def test_one_event(stack, admin, trace):
    assert stack.call("DELETE", "/api/traces/trc_1/events/e0", key=admin).status == 204
    assert stack.call("DELETE", "/api/traces/trc_1/events/e0", key=admin).status == 204
    assert stack.call("DELETE", "/api/traces/trc_1/events/e9", key=admin).error["message"] == "event not found: e9"
    assert [event["payload"] is None for event in events(stack, admin)] == [True, False, False, False]
    verified(stack, admin)


def test_recording_goes_on(stack, workspace, admin, trace):
    stack.call("PATCH", PATH, key=admin, body={"erase": {}})
    workspace.append("trc_1", [message("new")])
    verified(stack, admin)


def test_it_is_in_the_audit_log(stack, admin, trace):
    stack.call("PATCH", PATH, key=admin, body={"erase": {"event_ids": ["e0"]}, "reason": "Ada asked"})
    audit = stack.call("GET", "/api/traces/wakeline:audit/events", key=admin).json["events"]
    said = next(event["payload"] for event in audit if event["payload"]["action"] == "trace.erased")
    assert said["details"].items() >= {"events": 1, "event_ids": ["e0"], "reason": "Ada asked"}.items()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "erase"),
        ({"erase": {"event_ids": []}}, "erase.event_ids"),
        ({"erase": {"event_ids": ["a b"]}}, "erase.event_ids.0"),
        ({"erase": {"from_index": -1}}, "erase.from_index"),
        ({"erase": {"everything": True}}, "erase.everything"),
        ({"erase": True}, "erase"),
        ({"erase": {}, "reason": ""}, "reason"),
    ],
)
def test_bad_bodies(stack, admin, trace, body, field):
    answer = stack.call("PATCH", PATH, key=admin, body=body)
    assert (answer.status, answer.error["code"]) == (400, "validation_error")
    assert answer.error["details"][0]["field"] == field
    assert all(event["payload"] for event in events(stack, admin))


def test_a_large_body_leaves_the_bucket_too(stack, workspace, admin, clock):
    import random

    noise = random.Random(7)
    big = "".join(chr(noise.randrange(32, 0x2000)) for _ in range(300_000))
    workspace.trace("trc_1", [message(big, id="e0"), message("kept", id="e1")])
    before = [key for key in workspace.stored() if key.startswith("bodies/")]
    assert len(before) == 1
    stack.call("PATCH", PATH, key=admin, body={"erase": {"event_ids": ["e0"]}})
    assert [key for key in workspace.stored() if key.startswith("bodies/")] == []
    verified(stack, admin)


def test_two_erasures_at_once_bring_nothing_back(stack, workspace, trace):
    ledger = wiring.ledger()
    segment = next(ledger.segments(workspace.id, "trc_1"))
    first, _ = without(segment, Selection(event_ids=frozenset({"e0"})).holds)
    second, _ = without(segment, Selection(event_ids=frozenset({"e1"})).holds)
    assert evidence.eraser().rewrite(workspace.id, "trc_1", segment, first)
    assert not evidence.eraser().rewrite(workspace.id, "trc_1", segment, second)


@pytest.mark.parametrize(("dies_at", "call"), [("rewrite", 1), ("rewrite", 2), ("write_head", 1)])
def test_an_erasure_that_dies_is_finished_by_the_next(stack, admin, trace, monkeypatch, dies_at, call):
    from wakeline.adapters.dynamodb.erasure import DynamoEraser
    from wakeline.adapters.dynamodb.traces import DynamoTraces

    owner = DynamoEraser if dies_at == "rewrite" else DynamoTraces
    real = getattr(owner, dies_at)
    calls = []

    def dying(self, *args):
        calls.append(args)
        if len(calls) == call:
            raise RuntimeError("died")
        return real(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(owner, dies_at, dying)
        assert stack.call("PATCH", PATH, key=admin, body={"erase": {}}).status == 500
    assert stack.call("PATCH", PATH, key=admin, body={"erase": {}}).status == 200
    assert all(event["payload"] is None for event in events(stack, admin))
    verified(stack, admin)
