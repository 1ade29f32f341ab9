"""One contract for `LedgerStore`, kept by the fake and by DynamoDB with S3 alike."""

import os
import zlib
from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.made import FULL, TRACE, filled, next_segment
from tests.checking import broken
from tests.factories import NOON, PROJECT, WORKSPACE, batch, make_trace, message, messages
from tests.fakes.ledger import MemoryLedger
from wakeline import settings
from wakeline.adapters import aws
from wakeline.adapters.dynamodb.ledger import DynamoLedger
from wakeline.domain import chain
from wakeline.domain.segments import INLINE_BYTES, Segment
from wakeline.domain.trace import Trace, fold


@pytest.fixture(params=["memory", "engine", "over_http"])
def store(request) -> Any:
    if request.param == "memory":
        return MemoryLedger()
    request.getfixturevalue(request.param)
    return DynamoLedger()


def bodies() -> list[str]:
    answer = aws.client("s3").list_objects_v2(Bucket=settings.bucket_name())
    return [found["Key"] for found in answer.get("Contents", [])]


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
