"""Counting through the handler: delivered twice, backwards, or half failing, the rows end the same."""

from dataclasses import replace

import pytest

from tests.factories import batch, llm_call, make_trace, message
from wakeline import wiring
from wakeline.domain.rollups.snapshot import EVER, WORKSPACE, Place
from wakeline.services import ledger
from wakeline.wiring import stats


def rows(workspace_id="ws_1"):
    store = stats.rollups()
    return dict(store.all_rows(workspace_id, store.generations(workspace_id).read))


def total(measure, workspace_id="ws_1"):
    return rows(workspace_id).get(Place(WORKSPACE, "main", EVER), {}).get(("total", "", measure), 0)


def head(trace_id):
    trace = wiring.ledger().head("ws_1", trace_id)
    assert trace is not None
    return trace


def grown(workers):
    workers.trace("a", cwd="/home/ann/a #1/é 🙂")
    workers.trace("b", project_id="proj_2")
    workers.append("a", message("fix it"), llm_call())
    workers.append("a", llm_call(revision=True, input_tokens=-4))
    workers.append("b", {"type": "tool_call", "payload": {"tool_name": "Read", "arguments": {"file_path": "/x"}}})
    return workers.wanted("ReadChanges")


def test_new_traces_and_segments_start_it(workers):
    found = [record["dynamodb"]["Keys"]["sk"]["S"][:4] for record in grown(workers)]
    assert sorted(found) == ["HEAD", "HEAD", "SEG#", "SEG#", "SEG#"]


def test_what_happened_is_counted(workers):
    assert workers.run("ReadChanges", grown(workers)) == []
    assert (total("sessions"), total("events"), total("prompts"), total("tool_calls")) == (2, 4, 1, 1)
    assert {place.scope for place in rows() if place.kind == "file"} == {
        place.scope for place in rows() if place.scope.startswith("D.") and place.kind == "file"
    }


def test_its_own_writes_do_not_start_it(workers):
    workers.run("ReadChanges", grown(workers))
    assert len(workers.wanted("ReadChanges")) == 5


def test_twice_backwards_and_in_pieces(workers):
    records = grown(workers)
    workers.run("ReadChanges", records[3:])
    workers.run("ReadChanges", records[::-1])
    once = rows()
    for given in (records[1:2], records[:1], records, records[::-1]):
        assert workers.run("ReadChanges", given) == []
    assert rows() == once
    assert total("events") == 4


def test_a_deleted_trace_is_taken_out(workers):
    records = grown(workers)
    workers.run("ReadChanges", records)
    ledger.erase(wiring.ledger(), wiring.env(), head("a"), "key_1")
    (tombstone,) = workers.wanted("ReadChanges")[len(records) :]
    assert workers.run("ReadChanges", [tombstone, *records]) == []
    assert (total("sessions"), total("events")) == (1, 1)
    ledger.erase(wiring.ledger(), wiring.env(), head("b"), "key_1")
    workers.run("ReadChanges")
    assert rows() == {}


def test_a_repository_that_becomes_known_moves_the_numbers(workers):
    workers.trace("a")
    workers.append("a", llm_call())
    workers.run("ReadChanges")
    store = wiring.ledger()
    trace = head("a")
    assert store.write_head(replace(trace, repo="org/x", version=trace.version + 1).sealed(), trace.version)
    before = len(workers.wanted("ReadChanges"))
    assert before == 3
    workers.run("ReadChanges")
    names = {name for dimension, name, _ in rows()[Place(WORKSPACE, "main", EVER)] if dimension == "project"}
    assert names == {'["proj_1", "org/x", "org/x"]'}


def test_one_workspace_that_fails_does_not_stop_the_others(workers, monkeypatch):
    records = grown(workers)
    wiring.ledger().create(make_trace("x", workspace_id="ws_2"))
    ledger.append(wiring.ledger(), wiring.env(), "ws_2", "x", batch(message("y")))
    every = workers.wanted("ReadChanges")
    store = type(stats.rollups())
    real = store.write

    def write(self, workspace_id, *given):
        if workspace_id == "ws_1":
            raise RuntimeError("throttled")
        return real(self, workspace_id, *given)

    monkeypatch.setattr(store, "write", write)
    assert workers.run("ReadChanges", every) == [records[0]["dynamodb"]["SequenceNumber"]]
    assert (total("events", "ws_1"), total("events", "ws_2")) == (0, 1)
    monkeypatch.undo()
    assert workers.run("ReadChanges", every) == []
    assert (total("events", "ws_1"), total("events", "ws_2")) == (4, 1)


@pytest.mark.parametrize("name", ["INLINE_BYTES", "MOST_BYTES"])
def test_rows_too_large_for_an_item_or_a_transaction_are_kept_beside_the_table(workers, monkeypatch, name):
    from wakeline.adapters.dynamodb import rollups

    monkeypatch.setattr(rollups, name, 100)
    workers.run("ReadChanges", grown(workers))
    large = rows()
    assert total("events") == 4
    monkeypatch.undo()
    assert rows() == large


@pytest.mark.parametrize("generation", [0, 1])
def test_dropping_a_generation_leaves_the_others(workers, generation):
    workers.run("ReadChanges", grown(workers))
    stats.rollups().drop("ws_1", generation)
    assert bool(rows()) is (generation == 1)
