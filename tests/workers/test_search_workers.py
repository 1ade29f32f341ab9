"""The workers of search and memory through their handlers, started by what a real table and bucket say."""

import zlib
from contextlib import suppress
from dataclasses import replace

import pytest

from tests.endpoints.failing import denied
from tests.factories import message
from tests.fakes.env import Clock
from wakeline import settings, wiring
from wakeline.adapters.embeddings.lexical import LexicalEmbedder
from wakeline.domain.caller import Caller
from wakeline.domain.config import Config
from wakeline.domain.evidence.erasure import Selection
from wakeline.domain.search.where import Where
from wakeline.services import erasure, memories, memory_drawing, search, search_index, traces
from wakeline.wiring import evidence, find, govern, stats, understanding

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


def test_a_new_part_starts_a_merge(workers, monkeypatch):
    swept = []

    def sweep(_indexer, workspace_id):
        swept.append(workspace_id)
        return 0

    monkeypatch.setattr(search_index, "sweep", sweep)
    # A month's parts are merged: a test must not run into the next.
    env = replace(wiring.env(), now=Clock())
    monkeypatch.setattr(wiring, "env", lambda: env)
    for number in range(8):
        workers.trace(f"t{number}")
        workers.append(f"t{number}")
        record = segments(workers)[-1]
        workers.run("ReadChanges", [record])
    event = {"detail": {"object": {"key": "search/ws_1/part_x.sqlite"}}}
    assert invoke(workers, "MergeSearch", event) == {"merged": 1, "swept": 0}
    assert invoke(workers, "MergeSearch", event) == {"merged": 0, "swept": 0}
    assert swept == ["ws_1"]  # files are listed after a merge only
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


def test_an_erased_event_leaves_index_bucket_and_memory(workers):
    """As it comes about: a person speaks, the session ends, and later one of the sentences has to go."""
    assert stats.config().put("ws_1", Config(1, {"memory": {"from_traces": True}}))
    workers.trace("a")
    workers.append("a", message("Always call me Rumpelstilzchen."), message("Never use tabs, walrus."))
    workers.run("ReadChanges")
    invoke(workers, "RememberTrace", {"detail": {"workspace_id": "ws_1", "trace_id": "a"}})
    assert found("Rumpelstilzchen") == [("a", 0)]
    assert len(list(find.memories().of_workspace("ws_1", 10))) == 2
    erasure.erase(
        wiring.ledger(), evidence.eraser(), govern.audit_log(), wiring.env(), CALLER, "a", Selection(to_index=0), None
    )
    for _ in range(2):
        assert workers.run("ReadChanges") == []
        assert (found("Rumpelstilzchen"), found("walrus")) == ([], [("a", 1)])
        (kept,) = find.memories().of_workspace("ws_1", 10)
        assert kept.value == "Never use tabs, walrus."
    assert "rumpelstilzchen" not in everything(workers).lower()


def analysis_of(trace_id):
    found = understanding.analyses().get("ws_1", trace_id)
    assert found is not None
    return found


def test_an_erased_event_is_not_quoted_by_analysis_and_incident(workers):
    workers.trace("a")
    workers.append("a", *denied(), {"type": "session_end", "payload": {"status": "failed"}})
    workers.run("ReadChanges")
    invoke(workers, "OnTraceCompleted", {"detail": {"workspace_id": "ws_1", "trace_id": "a"}})
    before = analysis_of("a")
    assert "permission denied" in str(before)
    assert len(understanding.incidents().entries("ws_1", None)[0]) == 1
    erase = (wiring.ledger(), evidence.eraser(), govern.audit_log(), wiring.env(), CALLER, "a")
    erasure.erase(*erase, Selection(types=frozenset({"tool_result"})), None)
    for _ in range(2):
        assert workers.run("ReadChanges") == []
        after = analysis_of("a")
        assert (after.event_count, after.head_hash) == (before.event_count, before.head_hash)
        assert "permission denied" not in str(after)
        assert "permission denied" not in str(understanding.incidents().entries("ws_1", None))


def test_what_a_service_found_in_an_erased_trace_stays_its_own(workers):
    workers.trace("a")
    workers.append("a", *denied())
    workers.run("ReadChanges")
    invoke(workers, "OnTraceCompleted", {"detail": {"workspace_id": "ws_1", "trace_id": "a"}})
    found = analysis_of("a")
    assert understanding.analyses().put(replace(found, source="service"))
    erase = (wiring.ledger(), evidence.eraser(), govern.audit_log(), wiring.env(), CALLER, "a")
    erasure.erase(*erase, Selection(), None)
    assert workers.run("ReadChanges") == []
    assert analysis_of("a").source == "service"


def everything(workers):
    """All that table and bucket hold, as text; what is packed, unpacked."""
    table = workers.engine.client("dynamodb").scan(TableName=settings.table_name())["Items"]
    held = [repr(item) for item in table]
    for item in table:
        for value in item.values():
            with suppress(zlib.error):
                held.append(zlib.decompress(value.get("B", b"")).decode())
    s3 = workers.engine.client("s3")
    for each in s3.list_objects_v2(Bucket=settings.bucket_name()).get("Contents", []):
        body = s3.get_object(Bucket=settings.bucket_name(), Key=each["Key"])["Body"].read()
        held.append(body.decode("latin-1"))
    return "\n".join(held)


def test_what_was_erased_while_memories_are_drawn_is_not_kept(workers):
    assert stats.config().put("ws_1", Config(1, {"memory": {"from_traces": True}}))
    workers.trace("a")
    workers.append("a", message("Always call me Rumpelstilzchen."), message("Never use tabs."))

    class Erasing(LexicalEmbedder):
        """Somebody erases the first message as soon as the first memory is about to be written."""

        def embed(self, texts):
            erase = (wiring.ledger(), evidence.eraser(), govern.audit_log(), wiring.env(), CALLER, "a")
            erasure.erase(*erase, Selection(to_index=0), None)
            return super().embed(texts)

    stores = (stats.config(), find.memories(), wiring.ledger(), wiring.env(), Erasing())
    assert memory_drawing.draw(*stores, "ws_1", "a") == 1
    assert [each.value for each in find.memories().of_workspace("ws_1", 10)] == ["Never use tabs."]


def test_the_end_of_a_session_ends_its_memories_only(workers):
    workers.trace("s")
    for note in (
        memories.Note("mine", "v", scope="session", session_id="s"),
        memories.Note("ours", "v", session_id="s"),
    ):
        memories.remember(find.memories(), wiring.ledger(), wiring.env(), CALLER, note)
    invoke(workers, "RememberTrace", {"detail": {"workspace_id": "ws_1", "trace_id": "s"}})
    assert [memory.key for memory in find.memories().of_workspace("ws_1", 10)] == ["ours"]
