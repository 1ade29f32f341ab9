"""Manifests and marks: the fake and DynamoDB keep the same promises."""

import pytest

from local.engine import record_calls
from tests.fakes.find import MemoryIndex
from wakeline.adapters.dynamodb.search_index import DynamoIndex
from wakeline.domain.search.parts import Manifest, Part
from wakeline.domain.search.state import IndexState, Mark


def part(name="p1"):
    return Part(name, 10, 4096, "lexical-1", 256, "2026-03-01", "2026-03-02")


@pytest.fixture(params=["fake", "dynamodb"])
def store(request):
    if request.param == "fake":
        return MemoryIndex()
    request.getfixturevalue("engine")
    return DynamoIndex()


def test_an_index_begins_empty(store):
    assert store.state("ws_1") == IndexState()
    assert store.marks("ws_1", ["a"]) == {}


def test_parts_and_marks_are_committed_together(store):
    march = Manifest("2026-03").adding(part())
    moved = {"a": (None, Mark(0, 5)), "b": (None, Mark(0, 1))}
    assert store.commit("ws_1", 0, [march], moved)
    assert store.state("ws_1") == IndexState(0, {"2026-03": march})
    assert store.marks("ws_1", ["a", "b", "c"]) == {"a": Mark(0, 5), "b": Mark(0, 1)}
    assert store.state("ws_2") == IndexState()


@pytest.mark.parametrize("case", ["manifest", "new month", "mark", "mark that is there", "generation"])
def test_all_or_nothing(store, case):
    march = Manifest("2026-03").adding(part())
    assert store.commit("ws_1", 0, [march], {"a": (None, Mark(0, 5))})
    manifests, moved, generation = (
        [march.adding(part("p2"))],
        {"a": (Mark(0, 5), Mark(0, 7)), "b": (None, Mark(0, 0))},
        0,
    )
    if case == "manifest":
        manifests = [march]
    elif case == "new month":
        manifests.append(Manifest("2026-04", 3).adding(part("p3")))
    elif case == "mark":
        moved["a"] = (Mark(0, 4), Mark(0, 7))
    elif case == "mark that is there":
        moved["a"] = (None, Mark(0, 7))
    else:
        generation = 1
    assert not store.commit("ws_1", generation, manifests, moved)
    assert store.state("ws_1") == IndexState(0, {"2026-03": march})
    assert store.marks("ws_1", ["a", "b"]) == {"a": Mark(0, 5)}


def test_a_new_generation_is_empty_and_knows_what_to_delete(store):
    march = Manifest("2026-03").adding(part())
    april = Manifest("2026-04").adding(part("p2"))
    assert store.commit("ws_1", 0, [march, april], {})
    assert not store.next_generation("ws_1", 1)
    assert store.next_generation("ws_1", 0)
    assert not store.next_generation("ws_1", 0)
    state = store.state("ws_1")
    assert state.generation == 1
    assert set(state.outdated) == {part(), part("p2")}
    assert state.months == {}
    assert not store.commit("ws_1", 0, [march.adding(part("p3"))], {})
    again = Manifest("2026-03").adding(part("p4"))
    assert store.commit("ws_1", 1, [again], {})
    assert set(store.state("ws_1").outdated) == {part(), part("p2")}
    store.drop_outdated("ws_1")
    assert store.state("ws_1") == IndexState(1, {"2026-03": again})
    assert store.next_generation("ws_1", 1)


def test_indexing_fifty_traces_is_three_calls(embedded):
    store = DynamoIndex()
    traces = [f"t{number}" for number in range(50)]
    with record_calls() as calls:
        store.state("ws_1")
        store.marks("ws_1", traces)
        store.commit("ws_1", 0, [Manifest("2026-03").adding(part())], {each: (None, Mark(0, 1)) for each in traces})
    assert calls.operations == ["Query", "BatchGetItem", "TransactWriteItems"]
    assert calls.wcu <= 2 * 52
