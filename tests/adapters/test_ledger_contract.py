"""One contract for `LedgerStore` and `TraceIndex`, kept by the fake and by DynamoDB with S3 alike."""

import os
import zlib
from dataclasses import replace
from typing import Any

import pytest

from tests.checking import broken
from tests.factories import NOON, PROJECT, WORKSPACE, batch, make_trace, message, messages
from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from wakeline import settings
from wakeline.adapters import aws
from wakeline.adapters.dynamodb.ledger import DynamoLedger
from wakeline.domain import chain
from wakeline.domain.append import build, sift
from wakeline.domain.segments import INLINE_BYTES, Segment
from wakeline.domain.trace import Trace, fold

TRACE = "trc_1"


@pytest.fixture(params=["memory", "engine", "over_http"])
def store(request) -> Any:
    if request.param == "memory":
        return MemoryLedger()
    request.getfixturevalue(request.param)
    return DynamoLedger()


def next_segment(trace: Trace, sent) -> Segment:
    env = fixed_env()
    segment, rejected = build(trace, sift(trace, sent, {}).new, NOON, lambda: env.new_id("evt"), env.salt)
    assert rejected == []
    return segment


def filled(store: Any, count: int, each: int = 2) -> tuple[Trace, list[Segment]]:
    """A trace with `count` segments of `each` events."""
    trace = make_trace(TRACE)
    store.create(trace)
    segments = []
    for n in range(count):
        segment = next_segment(trace, messages(each, f"{n}-"))
        assert store.put_segment(WORKSPACE, TRACE, segment) is None
        after = fold(trace, segment, segment.delta)
        assert store.write_head(after, trace.version)
        trace = after
        segments.append(segment)
    return trace, segments


def bodies() -> list[str]:
    answer = aws.client("s3").list_objects_v2(Bucket=settings.bucket_name())
    return [found["Key"] for found in answer.get("Contents", [])]


FULL: dict[str, Any] = {
    "name": "name",
    "user_goal": "goal",
    "agent": "agent",
    "agent_id": "agt_1",
    "environment": "prod",
    "source": "sdk",
    "metadata": {"nested": {"a": [1, 2.5, None, True, 1e16, 1e300, -0.0, 1e-9]}, "": "\u0000\u2028é𝄞"},
    "repo": "org/repo",
    "author": "Ada",
    "branch": "main",
    "cwd": "/src",
    "tool": "claude-code",
    "model": "claude",
    "parent_trace_id": "trc_0",
    "request_digest": "0" * 64,
    "tags": ["one", "two"],
    "notes": "a note",
}


class TestHead:
    @pytest.mark.parametrize(
        "facts", [{}, FULL, {"name": "", "repo": "", "author": "", "notes": ""}, {"metadata": {}, "tags": []}]
    )
    def test_what_is_created_is_read_back(self, store, facts):
        trace = make_trace(TRACE, **facts)
        assert store.create(trace) is True
        assert store.head(WORKSPACE, TRACE) == trace
        assert store.head(WORKSPACE, TRACE) == trace.checked()

    def test_a_trace_that_is_not_there(self, store):
        assert store.head(WORKSPACE, TRACE) is None
        assert store.write_head(make_trace(TRACE), 0) is False
        assert store.head(WORKSPACE, TRACE) is None

    def test_an_id_is_created_once(self, store):
        assert store.create(make_trace(TRACE, name="first"))
        assert store.create(make_trace(TRACE, name="second")) is False
        assert store.head(WORKSPACE, TRACE).name == "first"
        assert store.count(WORKSPACE, None) == 1

    def test_workspaces_are_apart(self, store):
        assert store.create(make_trace(TRACE))
        assert store.create(make_trace(TRACE, "ws_2", name="other"))
        assert store.head("ws_2", TRACE).name == "other"
        assert store.head("ws_3", TRACE) is None
        assert list(store.segments("ws_2", TRACE)) == []

    def test_head_is_written_only_over_the_version_that_was_read(self, store):
        trace = make_trace(TRACE)
        store.create(trace)
        first = replace(trace, notes="first", version=1).sealed()
        assert store.write_head(first, 0) is True
        assert store.write_head(replace(trace, notes="second", version=1).sealed(), 0) is False
        assert store.write_head(replace(trace, notes="third", version=3).sealed(), 2) is False
        assert store.head(WORKSPACE, TRACE) == first

    def test_what_is_handed_out_is_a_copy(self, store):
        store.create(make_trace(TRACE, metadata={"a": 1}, tags=["t"]))
        held = store.head(WORKSPACE, TRACE)
        held.metadata["a"] = 2
        held.tags.append("u")
        assert store.head(WORKSPACE, TRACE) == make_trace(TRACE, metadata={"a": 1}, tags=["t"])

    @pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
    def test_many_heads(self, store, count):
        ids = [f"trc_{n}" for n in range(count)]
        for trace_id in ids:
            store.create(make_trace(trace_id))
        found = store.heads(WORKSPACE, [*ids, "missing", *ids[:3]])
        assert found == {trace_id: make_trace(trace_id) for trace_id in ids}
        assert store.heads("ws_2", ids) == {}

    def test_a_head_whose_seal_does_not_fit_says_so(self, store):
        store.create(replace(make_trace(TRACE), name="changed"))
        assert store.head(WORKSPACE, TRACE).seal == "broken"


class TestSegments:
    def test_what_is_put_is_read_back(self, store):
        _, segments = filled(store, 3)
        assert list(store.segments(WORKSPACE, TRACE)) == segments

    def test_a_taken_place_answers_with_who_stands_there(self, store):
        trace = make_trace(TRACE)
        store.create(trace)
        first = next_segment(trace, messages(2, "first"))
        second = next_segment(trace, messages(3, "second"))
        assert store.put_segment(WORKSPACE, TRACE, first) is None
        assert store.put_segment(WORKSPACE, TRACE, second) == first
        assert store.put_segment(WORKSPACE, TRACE, first) == first
        assert list(store.segments(WORKSPACE, TRACE)) == [first]

    @pytest.mark.parametrize(("start", "seen"), [(0, 7), (1, 6), (2, 6), (3, 5), (13, 0), (12, 1), (99, 0)])
    def test_segments_that_begin_at_or_behind_an_index(self, store, start, seen):
        _, segments = filled(store, 7)
        assert list(store.segments(WORKSPACE, TRACE, start)) == segments[7 - seen :]

    @pytest.mark.parametrize("index", [0, 1, 2, 7, 13, 14, 10**11])
    def test_the_segment_at_an_index(self, store, index):
        _, segments = filled(store, 7)
        assert store.segment_at(WORKSPACE, TRACE, index) == segments[min(index // 2, 6)]

    def test_no_segment_at_all(self, store):
        store.create(make_trace(TRACE))
        assert store.segment_at(WORKSPACE, TRACE, 0) is None
        assert list(store.segments(WORKSPACE, TRACE)) == []

    def test_order_is_that_of_numbers(self, store):
        trace, segments = make_trace(TRACE), []
        store.create(trace)
        for first in (0, 9, 10, 99, 100, 10**11):
            segment = replace(next_segment(trace, messages(1)), first_index=first)
            store.put_segment(WORKSPACE, TRACE, segment)
            segments.append(segment)
        assert list(store.segments(WORKSPACE, TRACE)) == segments

    def test_deleting(self, store):
        _, segments = filled(store, 3)
        store.delete_segment(WORKSPACE, TRACE, segments[1])
        store.delete_segment(WORKSPACE, TRACE, segments[1])
        assert list(store.segments(WORKSPACE, TRACE)) == [segments[0], segments[2]]
        assert store.put_segment(WORKSPACE, TRACE, segments[1]) is None

    def test_reading_goes_on_over_many_pages(self, store):
        """More than DynamoDB's page of 1 MB."""
        trace, segments = make_trace(TRACE), []
        store.create(trace)
        for n in range(9):
            segment = replace(next_segment(trace, messages(1)), first_index=n, body=os.urandom(250 * 1024))
            store.put_segment(WORKSPACE, TRACE, segment)
            segments.append(segment)
        assert list(store.segments(WORKSPACE, TRACE)) == segments

    @pytest.mark.parametrize("size", [INLINE_BYTES - 1, INLINE_BYTES, INLINE_BYTES + 1, 2_000_000])
    def test_bodies_of_any_size(self, store, size):
        trace = make_trace(TRACE)
        store.create(trace)
        segment = replace(next_segment(trace, messages(1)), body=os.urandom(size))
        assert store.put_segment(WORKSPACE, TRACE, segment) is None
        assert store.segment_at(WORKSPACE, TRACE, 0) == segment
        assert store.put_segment(WORKSPACE, TRACE, segment) == segment
        store.delete_segment(WORKSPACE, TRACE, segment)
        assert store.segment_at(WORKSPACE, TRACE, 0) is None

    def test_the_largest_delta_has_room_beside_the_largest_inline_body(self, store):
        trace = make_trace(TRACE)
        store.create(trace)
        sent = batch(
            *({"type": "tool_call", "payload": {"tool_name": chr(0x1F600 + n) * 128}} for n in range(250)),
            *({"type": "llm_call", "payload": {"model": chr(0x1F600 + n) * 128}} for n in range(250)),
        )
        segment = replace(next_segment(trace, sent), body=os.urandom(INLINE_BYTES))
        assert store.put_segment(WORKSPACE, TRACE, segment) is None
        assert store.segment_at(WORKSPACE, TRACE, 0) == segment
        assert store.write_head(fold(trace, segment, segment.delta), 0)


class TestCreateWith:
    def begun(self, size: int = 100) -> tuple[Trace, Segment]:
        trace = make_trace(TRACE)
        segment = replace(next_segment(trace, messages(2)), body=os.urandom(size))
        return fold(trace, segment, segment.delta), segment

    @pytest.mark.parametrize("size", [100, 2 * INLINE_BYTES])
    def test_both_are_there(self, store, size):
        trace, segment = self.begun(size)
        assert store.create_with(trace, segment) is True
        assert store.head(WORKSPACE, TRACE) == trace
        assert list(store.segments(WORKSPACE, TRACE)) == [segment]
        assert (store.count(WORKSPACE, None), store.count(WORKSPACE, PROJECT)) == (1, 1)

    @pytest.mark.parametrize("size", [100, 2 * INLINE_BYTES])
    def test_or_neither(self, store, size):
        first = make_trace(TRACE, name="first")
        store.create(first)
        assert store.create_with(*self.begun(size)) is False
        assert store.head(WORKSPACE, TRACE) == first
        assert list(store.segments(WORKSPACE, TRACE)) == []
        assert store.count(WORKSPACE, None) == 1
        if isinstance(store, DynamoLedger):
            assert bodies() == []


class TestLargeBodies:
    @pytest.fixture
    def dynamo(self, engine) -> DynamoLedger:
        return DynamoLedger()

    def large(self, trace: Trace, seed: str) -> Segment:
        sent = batch(message(os.urandom(400 * 1024).hex(), idempotency_key=seed))
        return next_segment(trace, sent)

    def test_they_live_in_s3_under_their_hash(self, dynamo):
        trace = make_trace(TRACE)
        dynamo.create(trace)
        segment = self.large(trace, "a")
        dynamo.put_segment(WORKSPACE, TRACE, segment)
        (key,) = bodies()
        assert key.startswith(f"bodies/{WORKSPACE}/{TRACE}/000000000000-")
        dynamo.delete_segment(WORKSPACE, TRACE, segment)
        assert bodies() == []

    def test_the_loser_of_a_race_takes_its_body_back_and_leaves_the_winners(self, dynamo):
        trace = make_trace(TRACE)
        dynamo.create(trace)
        first, second = self.large(trace, "a"), self.large(trace, "b")
        dynamo.put_segment(WORKSPACE, TRACE, first)
        assert dynamo.put_segment(WORKSPACE, TRACE, second) == first
        assert len(bodies()) == 1
        assert dynamo.put_segment(WORKSPACE, TRACE, first) == first
        assert dynamo.segment_at(WORKSPACE, TRACE, 0) == first

    def test_a_body_that_is_gone_reads_as_damaged_not_as_an_error(self, dynamo):
        trace = make_trace(TRACE)
        dynamo.create(trace)
        dynamo.put_segment(WORKSPACE, TRACE, self.large(trace, "a"))
        aws.client("s3").delete_object(Bucket=settings.bucket_name(), Key=bodies()[0])
        (found,) = dynamo.segments(WORKSPACE, TRACE)
        assert found.body == b""
        with pytest.raises(Exception, match="damaged"):
            list(found.events())


class TestIndex:
    def traces(self, store: Any) -> None:
        """Nine traces of two projects, one a minute; every third in project 2."""
        for n in (3, 1, 8, 0, 5, 2, 7, 4, 6):
            project = "proj_2" if n % 3 == 0 else PROJECT
            started = f"2026-03-21T12:0{n}:00.000Z"
            store.create(make_trace(f"trc_{n}", project_id=project, started_at=started))
        store.create(make_trace("elsewhere", "ws_2"))

    def listed(self, store: Any, project: str | None = None, **asked: Any) -> list[str]:
        entries, after = store.entries(WORKSPACE, project, **asked)
        assert after is None
        return [entry.trace_id for entry in entries]

    def test_newest_first(self, store):
        self.traces(store)
        assert self.listed(store) == [f"trc_{n}" for n in range(8, -1, -1)]
        assert self.listed(store, "proj_2") == ["trc_6", "trc_3", "trc_0"]
        assert self.listed(store, "proj_none") == []

    def test_equal_starts_are_in_order_of_ids(self, store):
        for trace_id in ("b", "a", "c"):
            store.create(make_trace(trace_id))
        assert self.listed(store) == ["c", "b", "a"]

    def test_milliseconds_and_microseconds_are_in_order_of_time(self, store):
        store.create(make_trace("micro", started_at="2026-03-21T12:00:00.000001Z"))
        store.create(make_trace("milli", started_at="2026-03-21T12:00:00.000Z"))
        store.create(make_trace("later", started_at="2026-03-21T12:00:00.001Z"))
        assert self.listed(store) == ["later", "micro", "milli"]

    def test_ranges_include_both_ends(self, store):
        self.traces(store)
        assert self.listed(store, started_from="2026-03-21T12:06:00.000Z") == ["trc_8", "trc_7", "trc_6"]
        assert self.listed(store, started_to="2026-03-21T12:01:00.000Z") == ["trc_1", "trc_0"]
        between = {"started_from": "2026-03-21T12:03:00.000Z", "started_to": "2026-03-21T12:06:00.000Z"}
        assert self.listed(store, **between) == ["trc_6", "trc_5", "trc_4", "trc_3"]
        assert self.listed(store, "proj_2", **between) == ["trc_6", "trc_3"]
        assert self.listed(store, started_from="2026-03-21T12:06:00.000001Z") == ["trc_8", "trc_7"]

    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 9, 10])
    @pytest.mark.parametrize("project", [None, PROJECT])
    def test_paging_by_position_shows_each_once(self, store, limit, project):
        self.traces(store)
        seen: list[str] = []
        after: str | None = None
        for _ in range(12):
            entries, following = store.entries(WORKSPACE, project, after=after, limit=limit)
            assert len(entries) <= limit
            seen += [entry.trace_id for entry in entries]
            if following is not None:
                assert entries[-1].place == following
            after = following
            if after is None:
                break
        assert seen == self.listed(store, project)

    def test_a_position_is_any_entrys_place(self, store):
        self.traces(store)
        entries, _ = store.entries(WORKSPACE, None)
        assert self.listed(store, after=entries[3].place) == [entry.trace_id for entry in entries[4:]]

    def test_an_entry_says_what_lists_filter_by(self, store):
        store.create(make_trace(TRACE, **FULL))
        ((entry,), _) = store.entries(WORKSPACE, PROJECT)
        assert (entry.trace_id, entry.project_id, entry.started_at) == (TRACE, PROJECT, NOON)
        assert (entry.status, entry.outcome, entry.summary) == ("running", "in_progress", "name")
        assert (entry.agent_id, entry.author, entry.repo, entry.cwd) == ("agt_1", "Ada", "org/repo", "/src")
        assert (entry.models, entry.tags) == ((), ("one", "two"))

    def test_entries_follow_head(self, store):
        trace, _ = filled(store, 1)
        ended = replace(trace, status="failed", models=["m"], version=trace.version + 1).sealed()
        store.write_head(ended, trace.version)
        ((entry,), _) = store.entries(WORKSPACE, None)
        assert (entry.status, entry.outcome, entry.models) == ("failed", "blocked", ("m",))

    def test_counts(self, store):
        self.traces(store)
        assert (store.count(WORKSPACE, None), store.count(WORKSPACE, "proj_2")) == (9, 3)
        assert (store.count("ws_2", None), store.count("ws_3", None), store.count(WORKSPACE, "none")) == (1, 0, 0)

    def test_a_deleted_trace_leaves_index_and_count_and_keeps_its_tombstone(self, store):
        self.traces(store)
        trace = store.head(WORKSPACE, "trc_3")
        gone = replace(trace, deleted={"at": NOON, "by": "me"}, version=1).sealed()
        assert store.write_head(replace(gone, version=6).sealed(), 5) is False
        assert store.count(WORKSPACE, None) == 9
        assert store.write_head(gone, 0) is True
        assert "trc_3" not in self.listed(store)
        assert self.listed(store, "proj_2") == ["trc_6", "trc_0"]
        assert (store.count(WORKSPACE, None), store.count(WORKSPACE, "proj_2")) == (8, 2)
        assert store.head(WORKSPACE, "trc_3") == gone
        assert store.create(trace) is False


class TestTransactions:
    """DynamoDB cancels a transaction that meets another; the embedded engine never does, so a test says it."""

    def cancelled(self, monkeypatch, *codes: str) -> list[int]:
        """The next calls of TransactWriteItems are cancelled for these reasons; the list counts all calls."""
        client = aws.client("dynamodb")
        real, calls, left = client.transact_write_items, [], list(codes)

        def answer(**request: Any) -> Any:
            calls.append(1)
            if left:
                reasons = [{"Code": left.pop(0)}, {"Code": "None"}, {"Code": "None"}]
                error = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
                raise client.exceptions.TransactionCanceledException(error, "TransactWriteItems")
            return real(**request)

        monkeypatch.setattr(client, "transact_write_items", answer)
        monkeypatch.setattr("time.sleep", lambda _: None)
        return calls

    def test_a_conflict_is_tried_again(self, engine, monkeypatch):
        calls = self.cancelled(monkeypatch, "TransactionConflict", "ThrottlingError", "TransactionConflict")
        assert DynamoLedger().create(make_trace(TRACE)) is True
        assert len(calls) == 4
        assert DynamoLedger().count(WORKSPACE, None) == 1

    def test_but_not_for_ever(self, engine, monkeypatch):
        self.cancelled(monkeypatch, *["TransactionConflict"] * 100)
        with pytest.raises(Exception, match="try again"):
            DynamoLedger().create(make_trace(TRACE))

    def test_another_reason_is_an_error(self, engine, monkeypatch):
        calls = self.cancelled(monkeypatch, "ValidationError")
        with pytest.raises(Exception, match="TransactionCanceled"):
            DynamoLedger().create(make_trace(TRACE))
        assert len(calls) == 1


def test_the_first_hash_ties_a_chain_to_its_place():
    assert make_trace(TRACE).head == chain.genesis(WORKSPACE, TRACE)
    assert zlib.decompress(next_segment(make_trace(TRACE), messages(1)).body).endswith(b"\n")


def begun(sent: Any, **facts: Any) -> tuple[Trace, Segment]:
    """A trace into which its first segment is folded, and that segment."""
    trace = make_trace(TRACE, **facts)
    segment = next_segment(trace, sent)
    return fold(trace, segment, segment.delta), segment


def test_a_trace_can_begin_with_a_segment(store):
    trace, segment = begun(messages(3))
    assert store.create_with(trace, segment)
    assert store.head(WORKSPACE, TRACE) == trace
    assert list(store.segments(WORKSPACE, TRACE)) == [segment]
    assert (store.count(WORKSPACE, None), store.count(WORKSPACE, PROJECT)) == (1, 1)
    assert broken(store) is None


@pytest.mark.parametrize("deleted", [False, True])
def test_a_taken_id_cannot_begin_again(store, deleted):
    stands, _ = filled(store, 1)
    if deleted:
        gone = {"at": NOON, "by": "key_1", "events": 2, "head_hash": stands.head_hash}
        tombstone = replace(stands, deleted=gone, version=stands.version + 1).sealed()
        assert store.write_head(tombstone, stands.version)
        stands = tombstone
    before = list(store.segments(WORKSPACE, TRACE))
    assert not store.create_with(*begun(messages(3, "late")))
    assert store.head(WORKSPACE, TRACE) == stands
    assert list(store.segments(WORKSPACE, TRACE)) == before
    assert store.count(WORKSPACE, None) == (0 if deleted else 1)


def test_a_large_first_body_goes_to_s3_and_comes_back_when_the_id_is_taken(engine):
    store = DynamoLedger()
    noise = batch(message(os.urandom(INLINE_BYTES).hex()))
    trace, segment = begun(noise)
    assert len(segment.body) > INLINE_BYTES
    assert store.create_with(trace, segment)
    assert len(bodies()) == 1
    assert not store.create_with(*begun(batch(message(os.urandom(INLINE_BYTES).hex()))))
    assert len(bodies()) == 1
    assert list(store.segments(WORKSPACE, TRACE)) == [segment]
