"""Requests that meet: each ends as if one had come after the other."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import replace
from datetime import timedelta

from tests.endpoints.governing import Governed
from tests.factories import message
from wakeline import wiring
from wakeline.domain import times
from wakeline.services import ledger
from workers import sweep_approvals

AT_ONCE = 8


def at_once(*calls):
    """What each of them returns; they start together."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def events(workspace, trace_id):
    trace = ledger.living(wiring.ledger().head(workspace.id, trace_id))
    return list(ledger.read_events(wiring.ledger(), trace))


def test_one_idempotency_key_is_one_request_however_often_it_comes_at_once(stack, workspace):
    workspace.trace("trc_1")
    key, headers = workspace.key("admin"), {"Idempotency-Key": "once"}

    def ask():
        return stack.call("POST", "/api/traces/trc_1/events", key=key, body=message(), headers=headers)

    answers = at_once(*[ask] * AT_ONCE)
    assert {answer.status for answer in answers} <= {201, 200, 409}
    assert all(answer.error["retry"] == "backoff" for answer in answers if answer.status == 409)
    assert ask().status in (200, 201)
    assert len(events(workspace, "trc_1")) == 1


def test_an_append_while_events_are_erased_loses_nothing(stack, workspace):
    workspace.trace("trc_1", [message(f"old {n}") for n in range(5)])
    key = workspace.key("admin")

    def append(n):
        return lambda: stack.call("POST", "/api/traces/trc_1/events", key=key, body=message(f"new {n}"))

    def erase():
        return stack.call("PATCH", "/api/v1/traces/trc_1", key=key, body={"erase": {"from_index": 0, "to_index": 4}})

    *appended, erased = at_once(*map(append, range(AT_ONCE)), erase)
    assert {answer.status for answer in appended} <= {200, 201, 202}
    while erased.status != 200:
        assert erased.error["retry"] == "backoff"
        erased = erase()
    held = events(workspace, "trc_1")
    assert [event.payload is None for event in held if event.index < 5] == [True] * 5
    assert {event.body["content"] for event in held if event.type == "user_message" and event.index >= 5} == {
        f"new {n}" for n in range(AT_ONCE)
    }
    assert stack.call("GET", "/api/v1/traces/trc_1/verify", key=key).json["valid"]


def test_a_request_is_approved_or_expires_and_never_both(stack, workspace, monkeypatch):
    governed = Governed(stack, workspace).ready()
    said = governed.ask().json
    approval_id = said["approval_request_id"]
    path = f"/api/v1/approvals/{approval_id}"
    ends = times.parse(stack.call("GET", path, key=governed.admin).json["expires_at"])
    clock = ContextVar("clock", default=ends - timedelta(seconds=1))
    env = replace(wiring.env(), now=clock.get)
    monkeypatch.setattr(wiring, "env", lambda: env)
    key = workspace.key("approvals:write")

    def sweep():
        clock.set(ends)
        return sweep_approvals.handler({}, None)

    decided, _ = at_once(lambda: governed.decide("approve", approval_id, key=key), sweep)
    assert decided.status in (200, 409), decided.body
    monkeypatch.undo()
    status = stack.call("GET", path, key=governed.admin).json["status"]
    assert status == ("approved" if decided.status == 200 else "expired")
    ends_by = {"approval_granted": "approved", "approval_expired": "expired"}
    told = [ends_by[event.type] for event in events(workspace, said["trace_id"]) if event.type in ends_by]
    assert told == [status]
