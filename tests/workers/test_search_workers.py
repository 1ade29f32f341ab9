"""The workers of search and memory through their handlers, started by what a real table and bucket say."""

import pytest

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.search.where import Where
from wakeline.services import memories, search, traces
from wakeline.wiring import find, govern

CALLER = Caller("ws_1", None, "tests", "key", frozenset({"admin"}), "unlimited")


@pytest.fixture(autouse=True)
def local_model(workers, monkeypatch):
    """The functions' environment names a Bedrock model, which is not here."""
    monkeypatch.setenv("EMBEDDING_MODEL", "local")


def segments(workers):
    """The records of the reader that tell of segments."""
    return [each for each in workers.wanted("ReadChanges") if each["dynamodb"]["Keys"]["sk"]["S"].startswith("SEG#")]


def found(text="hello"):
    answer = search.messages(find.search_index(), CALLER, text, Where(), 100)
    assert answer["total"] == len(answer["messages"])
    return sorted((hit["session_id"], hit["index"]) for hit in answer["messages"])


def invoke(workers, name, event):
    return workers.functions.invoke(workers.functions.all[name], event)


def test_segments_are_indexed_whatever_order_they_come_in(workers):
    workers.trace("a")
    workers.append("a")
    workers.append("a")
    records = segments(workers)
    for given in (records[1:], records[:1], records, records[::-1]):
        assert workers.run("ReadChanges", given) == []
        assert found() == [("a", 0), ("a", 1)]


def test_a_batch_that_cannot_be_indexed_comes_again(workers, monkeypatch):
    workers.trace("a")
    workers.append("a")
    records = segments(workers)
    files = type(find.index_files())

    def refused(*given, **said):
        raise RuntimeError("no room")

    monkeypatch.setattr(files, "build", refused)
    assert workers.run("ReadChanges", records) == [records[0]["dynamodb"]["SequenceNumber"]]
    monkeypatch.undo()
    assert workers.run("ReadChanges", records) == []
    assert found() == [("a", 0)]


def test_a_new_part_starts_a_merge(workers):
    for number in range(8):
        workers.trace(f"t{number}")
        workers.append(f"t{number}")
        record = segments(workers)[-1]
        workers.run("ReadChanges", [record])
    event = {"detail": {"object": {"key": "search/ws_1/part_x.sqlite"}}}
    assert invoke(workers, "MergeSearch", event) == {"merged": 1}
    assert invoke(workers, "MergeSearch", event) == {"merged": 0}
    (manifest,) = find.index_store().state("ws_1").months.values()
    assert len(manifest.parts) == 1
    assert found() == [(f"t{number}", 0) for number in range(8)]


def test_a_deleted_trace_leaves_index_and_memory(workers):
    for trace_id in ("kept", "gone"):
        workers.trace(trace_id)
        workers.append(trace_id)
        note = memories.Note(f"about-{trace_id}", "v", session_id=trace_id)
        memories.remember(find.memories(), wiring.ledger(), wiring.env(), CALLER, note)
    workers.run("ReadChanges")
    traces.delete(wiring.ledger(), wiring.env(), govern.audit_log(), CALLER, "gone")
    event = {"detail": {"workspace_id": "ws_1", "trace_id": "gone"}}
    for _ in range(2):
        invoke(workers, "ForgetTrace", event)
        assert found() == [("kept", 0)]
        assert [memory.key for memory in find.memories().of_workspace("ws_1", 10)] == ["about-kept"]


def test_the_end_of_a_session_ends_its_memories_only(workers):
    workers.trace("s")
    for note in (
        memories.Note("mine", "v", scope="session", session_id="s"),
        memories.Note("ours", "v", session_id="s"),
    ):
        memories.remember(find.memories(), wiring.ledger(), wiring.env(), CALLER, note)
    invoke(workers, "RememberTrace", {"detail": {"workspace_id": "ws_1", "trace_id": "s"}})
    assert [memory.key for memory in find.memories().of_workspace("ws_1", 10)] == ["ours"]
