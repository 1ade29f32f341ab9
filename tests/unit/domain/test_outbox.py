"""What the event bus is told: which changes of a HEAD are events, and that they keep to their published schema."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories import NOON, make_trace
from wakeline.domain.outbox import EVENTS, TraceCompleted, TraceDeleted, TraceStarted, events_of

SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"


def moved(trace, **changes):
    return replace(trace, version=trace.version + 1, **changes)


def test_a_new_trace_was_started():
    trace = make_trace(agent="reviewer", repo="acme/shop")
    (event,) = events_of(None, trace)
    assert isinstance(event, TraceStarted)
    assert (event.type, event.trace_id, event.workspace_id, event.project_id) == (
        "trace.started", trace.id, trace.workspace_id, trace.project_id,
    )  # fmt: skip
    assert (event.agent, event.repo, event.occurred_at, event.created_by) == ("reviewer", "acme/shop", NOON, "key_1")


def test_growing_is_no_event():
    trace = make_trace()
    assert events_of(trace, moved(trace, last_index=5, counters={"events": 6})) == []


@pytest.mark.parametrize("status", ["completed", "failed"])
def test_an_end_is_told_once(status):
    trace = make_trace()
    counters = {"llm_calls": 2, "tool_calls": 3, "tool_errors": 1, "errors": 1, "input_tokens": 10, "output_tokens": 5}
    ended = moved(trace, status=status, ended_at=NOON, last_index=9, counters=counters, cost="0.5", models=["m"])
    (event,) = events_of(trace, ended)
    assert isinstance(event, TraceCompleted)
    assert (event.status, event.event_count, event.total_tokens, event.cost_usd) == (status, 10, 15, 0.5)
    assert event.head_hash == ended.head_hash
    assert events_of(ended, moved(ended, last_index=10)) == []


def test_an_end_that_turns_out_otherwise_is_told_again():
    ended = moved(make_trace(), status="completed", ended_at=NOON)
    (first,) = events_of(make_trace(), ended)
    (second,) = events_of(ended, moved(ended, status="failed"))
    assert isinstance(first, TraceCompleted)
    assert isinstance(second, TraceCompleted)
    assert (first.status, second.status) == ("completed", "failed")
    assert first.id != second.id


def test_calls_that_nobody_could_price_are_not_free():
    ended = moved(make_trace(), status="completed", counters={"llm_calls": 1, "unpriced_calls": 1})
    (event,) = events_of(make_trace(), ended)
    assert isinstance(event, TraceCompleted)
    assert event.cost_usd is None


def test_a_deletion_is_told_once():
    trace = make_trace()
    gone = moved(trace, deleted={"at": NOON, "by": "key_9", "events": 4, "head_hash": "sha256:00"})
    (event,) = events_of(trace, gone)
    assert isinstance(event, TraceDeleted)
    assert (event.deleted_by, event.event_count, event.head_hash, event.occurred_at) == ("key_9", 4, "sha256:00", NOON)
    assert events_of(gone, moved(gone)) == []


def test_a_record_that_comes_again_gives_the_same_event():
    trace = make_trace()
    assert events_of(None, trace) == events_of(None, trace)
    other = make_trace(workspace_id="ws_2")
    assert events_of(None, trace)[0].id != events_of(None, other)[0].id


@pytest.mark.parametrize("event", EVENTS)
def test_the_published_schema_is_that_of_the_code(event):
    kind = event.model_fields["type"].default
    published = json.loads((SCHEMAS / f"{kind}.json").read_text())
    assert published == event.model_json_schema(mode="serialization")


def test_every_schema_is_of_an_event():
    assert {path.stem for path in SCHEMAS.glob("*.json")} == {event.model_fields["type"].default for event in EVENTS}
