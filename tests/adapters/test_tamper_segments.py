"""The tamper matrix, segments and erased payloads."""

import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.adapters.tampering import (
    TRACE,
    assert_found,
    head,
    overwrite,
    rebuilt,
    record,
    segments,
    verify,
)
from tests.factories import WORKSPACE, batch, message
from tests.fakes.env import fixed_env
from wakeline.domain import chain
from wakeline.domain.segments import Segment
from wakeline.services import ledger


@pytest.mark.parametrize("cut", [1, 2, 4])
def test_a_cut_off_tail_is_found(store, cut):
    for segment in segments(store)[-cut:]:
        store.delete_segment(WORKSPACE, TRACE, segment)
    assert_found(store, f"index {12 - 3 * cut}")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_missing_segment_is_found(store, place):
    store.delete_segment(WORKSPACE, TRACE, segments(store)[place])
    assert_found(store, f"index {3 * place}")


@pytest.mark.parametrize(("trace_id", "workspace_id"), [("trc_2", WORKSPACE), (TRACE, "ws_2")])
@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_segment_of_another_trace_is_found(store, trace_id, workspace_id, place):
    record(store, trace_id, workspace_id)
    overwrite(store, segments(store, trace_id, workspace_id)[place])
    assert_found(store, f"index {3 * place}")


@pytest.mark.parametrize("adapted", [False, True])
def test_a_foreign_segment_behind_the_last_is_found(store, adapted):
    record(store, "trc_2")
    ledger.append(store, fixed_env(), WORKSPACE, "trc_2", batch(message("foreign")))
    foreign = segments(store, "trc_2")[-1]
    overwrite(store, replace(foreign, prev_hash=head(store).head) if adapted else foreign)
    if adapted:
        # It chains on by what it says of itself: settling takes it in as pending, and its events do not verify.
        assert_found(store)
    else:
        assert_found(store, "index 12")


def test_reordered_segments_are_found(store):
    one, two = segments(store)[1:3]
    overwrite(store, replace(two, first_index=one.first_index))
    overwrite(store, replace(one, first_index=two.first_index))
    assert_found(store, "index 3")


FACTS: dict[str, Callable[[Segment], Segment]] = {
    "count up": lambda segment: replace(segment, count=segment.count + 1),
    "count down": lambda segment: replace(segment, count=segment.count - 1),
    "count zero": lambda segment: replace(segment, count=0),
    "first_seq": lambda segment: replace(segment, first_seq=segment.first_seq - 1),
    "last_seq": lambda segment: replace(segment, last_seq=segment.last_seq + 1),
    "prev_hash": lambda segment: replace(segment, prev_hash=bytes(32)),
    "prev_hash empty": lambda segment: replace(segment, prev_hash=b""),
    "head_hash": lambda segment: replace(segment, head_hash=bytes(32)),
    "delta counters": lambda segment: replace(segment, delta=replace(segment.delta, counters={"events": 4})),
    "delta cost": lambda segment: replace(segment, delta=replace(segment.delta, cost="9")),
    "delta last_at": lambda segment: replace(segment, delta=replace(segment.delta, last_at="2027-01-01T00:00:00.000Z")),
    "delta status": lambda segment: replace(segment, delta=replace(segment.delta, status="failed")),
    "delta prompt": lambda segment: replace(segment, delta=replace(segment.delta, prompt="other")),
    "delta title": lambda segment: replace(segment, delta=replace(segment.delta, title="other")),
    "delta models": lambda segment: replace(segment, delta=replace(segment.delta, models=["other"])),
    "delta keys": lambda segment: replace(segment, delta=replace(segment.delta, keys="")),
    "body empty": lambda segment: replace(segment, body=b""),
    "body truncated": lambda segment: replace(segment, body=segment.body[:-1]),
    "body cut in half": lambda segment: replace(segment, body=segment.body[: len(segment.body) // 2]),
    "body garbage": lambda segment: replace(segment, body=b"garbage" * 20),
    "body extended": lambda segment: replace(segment, body=segment.body + b"x"),
    "body doubled": lambda segment: replace(segment, body=segment.body * 2),
    "body without its last line end": lambda segment: replace(
        segment, body=zlib.compress(zlib.decompress(segment.body)[:-1])
    ),
    "body a bomb": lambda segment: replace(segment, body=zlib.compress(bytes(60 * 1024 * 1024), 1)),
}


@pytest.mark.parametrize("place", [0, 3])
@pytest.mark.parametrize("change", FACTS)
def test_what_a_segment_says_of_itself_is_checked(store, change, place):
    overwrite(store, FACTS[change](segments(store)[place]))
    assert_found(store)


@pytest.mark.parametrize("place", [0, 3])
@pytest.mark.parametrize("which", [(0,), (1,), (0, 1, 2)])
def test_an_erased_payload_still_verifies(store, place, which):
    segment = segments(store)[place]
    lines = segment.lines()
    for at, event in enumerate(segment.events()):
        if at in which:
            own_hash, _, envelope, _ = lines[at].split(b"\t")
            lines[at] = b"\t".join((own_hash, chain.spell(event.payload_digest).encode(), envelope, b""))
    overwrite(store, rebuilt(segment, lines, adapted=False))
    assert verify(store).valid
    erased = [event for event in ledger.read_events(store, head(store)) if event.payload is None]
    assert [event.index for event in erased] == [3 * place + at for at in which]
    shown = erased[0].to_json(TRACE)
    assert (shown["payload"], shown["metadata"], shown["payload_salt"]) == (None, None, None)
    assert shown["payload_digest"].startswith("sha256:")


def test_an_erased_payload_with_another_digest_is_found(store):
    segment = segments(store)[1]
    lines = segment.lines()
    own_hash, _, envelope, _ = lines[0].split(b"\t")
    lines[0] = b"\t".join((own_hash, chain.spell(bytes(32)).encode(), envelope, b""))
    overwrite(store, rebuilt(segment, lines, adapted=False))
    assert_found(store)


def test_counters_of_an_erased_segment_are_still_checked_against_its_envelopes(store):
    segment = segments(store)[1]
    lines = segment.lines()
    event = next(segment.events())
    own_hash, _, envelope, _ = lines[0].split(b"\t")
    lines[0] = b"\t".join((own_hash, chain.spell(event.payload_digest).encode(), envelope, b""))
    changed = replace(segment.delta, counters=segment.delta.counters | {"type.user_message": 2})
    overwrite(store, replace(rebuilt(segment, lines, adapted=False), delta=changed))
    assert_found(store)
