"""What each record endpoint costs in DynamoDB calls and capacity units, whatever the trace's length."""

import json
from dataclasses import replace

import pytest

from local.engine import record_calls
from tests.endpoints.stack import within_a_minute
from tests.factories import batch, message
from wakeline import wiring
from wakeline.services import ledger

KEY_CHECK = 1
"""Write units of one UpdateItem that authenticates and counts: a key is well below 1 KB."""

NOTED = 3
"""Calls that note a mutation in the audit trace: HEAD, segment, HEAD. Where that trace is begun, two."""


def hundred(prefix):
    """An agent's hundred events, about 300 bytes each."""
    text = " ".join(f"{prefix} step {n}" for n in range(25))
    return [message(f"{n} {text}", idempotency_key=f"{prefix}{n}") for n in range(100)]


def costs(stack, method, path, key, **said):
    """Ask twice, the second time recorded: the first request of a key's minute opens its window with one more call."""
    within_a_minute()
    stack.call("GET", "/api/v1/traces/warm", key=key)
    stack.call("POST", "/api/traces/warm/events", key=key, body=message())
    with record_calls() as calls:
        answer = stack.call(method, path, key=key, **said)
    assert answer.status < 300, answer.body
    assert {call.service for call in calls.calls} <= {"dynamodb"}
    return calls


@pytest.fixture
def key(workspace):
    return workspace.key("admin")


def lengthen(workspace, count):
    """A trace of `count` events, in segments of 500."""
    workspace.trace("trc_1")
    step = min(count, 500)
    for at in range(0, count, step):
        sent = batch(*({"type": "action", "payload": {"n": n}} for n in range(at, min(count, at + step))))
        ledger.append(wiring.ledger(), wiring.env(), workspace.id, "trc_1", sent)


def fake_length(stack, workspace, count):
    """Make HEAD say that the trace has `count` events: an append asks nobody else."""
    store = wiring.ledger()
    trace = store.head(workspace.id, "trc_1")
    assert trace is not None
    grown = replace(trace, last_index=count - 1, last_seq=count - 1, version=trace.version + 1).sealed()
    assert store.write_head(grown, trace.version)


@pytest.mark.parametrize("length", [10, 100_000])
def test_appending_a_hundred_events_is_four_calls(stack, workspace, key, length):
    lengthen(workspace, 10)
    if length > 10:
        fake_length(stack, workspace, length)
    calls = costs(stack, "POST", "/api/traces/trc_1/events", key, body={"events": hundred("a")})
    assert calls.operations == ["UpdateItem", "GetItem", "PutItem", "PutItem"]
    assert calls.rcu <= 1
    # The key, the segment (compressed events) and HEAD with its two index entries.
    assert calls.wcu <= KEY_CHECK + 20 + 5
    again = costs(stack, "POST", "/api/traces/trc_1/events", key, body={"events": hundred("a")})
    assert again.operations == ["UpdateItem", "GetItem"]
    more = costs(stack, "POST", "/api/traces/trc_1/events", key, body={"events": hundred("b")})
    assert more.operations == ["UpdateItem", "GetItem", "PutItem", "PutItem"]


def test_appending_numbered_events_again_looks_their_segment_up(stack, workspace, key):
    lengthen(workspace, 5000)
    sent = [message("x", seq=20_000 + n, idempotency_key=f"k{n}") for n in range(100)]
    first = costs(stack, "POST", "/api/traces/trc_1/events", key, body={"events": sent})
    assert first.operations == ["UpdateItem", "GetItem", "PutItem", "PutItem"]
    again = costs(stack, "POST", "/api/traces/trc_1/events", key, body={"events": sent})
    assert again.operations[:2] == ["UpdateItem", "GetItem"]
    assert len(again.operations) <= 6


def test_creating_a_trace(stack, workspace, key):
    calls = costs(stack, "POST", "/api/traces", key, body={"name": "x"})
    assert calls.operations == ["UpdateItem", "TransactWriteItems"]
    # HEAD and two counters, twice as in any transaction; the entries of three indexes.
    assert calls.wcu <= KEY_CHECK + 2 * 3 + 6


def test_creating_a_trace_again(stack, workspace, key):
    stack.call("POST", "/api/traces", key=key, body={"id": "trc_1"})
    calls = costs(stack, "POST", "/api/traces", key, body={"id": "trc_1"})
    assert calls.operations == ["UpdateItem", "TransactWriteItems", "GetItem"]


def test_creating_a_trace_with_spans(stack, workspace, key):
    times = {"started_at": "2026-03-21T10:00:00Z", "ended_at": "2026-03-21T10:00:01Z"}
    spans = [{"id": f"s{n}", "span_type": "action", **times} for n in range(100)]
    calls = costs(stack, "POST", "/api/v1/traces", key, body={"spans": spans})
    assert len(calls.operations) <= 6
    assert calls.operations[:2] == ["UpdateItem", "TransactWriteItems"]


@pytest.mark.parametrize("length", [10, 1000])
def test_reading_a_page_of_events(stack, workspace, key, length):
    lengthen(workspace, length)
    first = costs(stack, "GET", "/api/traces/trc_1/events", key, limit=10)
    assert first.operations == ["UpdateItem", "GetItem", "Query"]
    later = costs(stack, "GET", "/api/traces/trc_1/events", key, limit=10, after_seq=length - 5)
    assert len(later.operations) <= 6
    # A Query reads whole segments, up to 1 MB of them: here two of 500 events.
    assert max(first.rcu, later.rcu) <= 30


def test_reading_a_trace(stack, workspace, key):
    lengthen(workspace, 1000)
    calls = costs(stack, "GET", "/api/v1/traces/trc_1", key)
    assert calls.operations == ["UpdateItem", "GetItem", "Query"]
    assert calls.rcu <= 30


def test_verifying_reads_what_is_stored_once(stack, workspace, key):
    lengthen(workspace, 1000)
    calls = costs(stack, "GET", "/api/v1/traces/trc_1/verify", key)
    # Its proofs; HEAD and two pages of segments; HEAD as it is after that; the newest digest, as it is in none.
    assert calls.operations == ["UpdateItem", "Query", "GetItem", "Query", "Query", "GetItem", "Query"]
    assert calls.rcu <= 34
    assert calls.wcu == KEY_CHECK


def test_deleting_a_trace_is_a_call_per_segment(stack, workspace, key):
    lengthen(workspace, 1000)
    calls = costs(stack, "DELETE", "/api/v1/traces/trc_1", key)
    # Two segments, and the analysis, if there is one.
    assert calls.operations.count("DeleteItem") == 3
    assert len(calls.operations) <= 10 + NOTED


def test_pushing_a_transcript_and_pushing_it_again(stack, workspace, key):
    lines = [
        {"type": "user", "uuid": f"u{n}", "sessionId": "own", "message": {"role": "user", "content": f"q {n}"}}
        for n in range(100)
    ]
    data = "".join(json.dumps(line) + "\n" for line in lines)
    body = {"sessions": [{"id": "sess", "data": data}]}
    first = costs(stack, "POST", "/api/v1/traces", key, body=body)
    assert len(first.operations) <= 7
    again = costs(stack, "POST", "/api/v1/traces", key, body=body)
    assert again.operations == ["UpdateItem", "GetItem"]
    assert again.wcu == KEY_CHECK


def test_an_idempotency_key_costs_two_calls_more(stack, workspace, key):
    headers = {"Idempotency-Key": "k"}
    calls = costs(stack, "POST", "/api/traces", key, body={}, headers=headers)
    assert calls.operations == ["UpdateItem", "UpdateItem", "TransactWriteItems", "UpdateItem"]
    again = costs(stack, "POST", "/api/traces", key, body={}, headers=headers)
    assert again.operations == ["UpdateItem", "UpdateItem"]


def test_health_asks_nobody(stack):
    with record_calls() as calls:
        stack.call("GET", "/api/v1/health")
    assert calls.calls == []


def test_api_keys(stack, workspace, key):
    made = costs(stack, "POST", "/api/v1/api-keys", key, body={})
    assert len(made.operations) <= 5 + NOTED
    assert len(costs(stack, "GET", "/api/v1/api-keys", key).operations) <= 3
