"""Which sent events are new: numbers that rise, repeats with and without them, keys within a batch."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOON, batch, make_trace, message
from tests.fakes.env import fixed_env
from wakeline.domain.append import NOT_MONOTONIC, build, doubtful, sift
from wakeline.domain.delta import short_key
from wakeline.domain.trace import RECENT_KEYS, Trace, fold


def at(last_seq: int = -1, recent: tuple[str, ...] = ()) -> Trace:
    return replace(
        make_trace(), last_seq=last_seq, last_index=last_seq, recent_keys="".join(short_key(key) for key in recent)
    )


def sent(*pairs: tuple[int | None, str | None]):
    """Events as (seq, key)."""
    said: Any = ({"seq": seq, "idempotency_key": key} for seq, key in pairs)
    return batch(*(message(**{name: value for name, value in each.items() if value is not None}) for each in said))


def sorted_out(trace: Trace, pairs, stored=None) -> tuple[list[tuple[int, int]], int, list[int]]:
    """(place, seq) of the new ones, how many repeats and twins, and places of the rejected."""
    found = sift(trace, sent(*pairs), stored or {})
    assert all(rejection.reason == NOT_MONOTONIC and rejection.conflict for rejection in found.rejected)
    repeats = found.repeats + len(found.twins)
    return [(place, seq) for place, _, seq in found.new], repeats, [rejection.index for rejection in found.rejected]


CASES = {
    "the first events": (at(), [(None, None), (None, "a")], {}, [(0, 0), (1, 1)], 0, []),
    "numbers go on behind the last": (at(7), [(None, None), (None, None)], {}, [(0, 8), (1, 9)], 0, []),
    "numbers may leap": (at(7), [(20, None), (30, None), (None, None)], {}, [(0, 20), (1, 30), (2, 31)], 0, []),
    "a number is not given twice": (at(7), [(8, None), (8, None)], {}, [(0, 8)], 0, [1]),
    "nor below the last": (at(7), [(7, None), (0, "k"), (8, None)], {}, [(2, 8)], 0, [0, 1]),
    "nor back within the batch": (at(7), [(9, "a"), (8, "b"), (10, "c")], {}, [(0, 9), (2, 10)], 0, [1]),
    "a repeat by number and key": (at(7), [(5, "k"), (6, "l")], {5: "k", 6: "l"}, [], 2, []),
    "same number, other key": (at(7), [(5, "k")], {5: "other"}, [], 0, [0]),
    "same number, stored without key": (at(7), [(5, "k")], {5: None}, [], 0, [0]),
    "same number, sent without key": (at(7), [(5, None)], {5: None}, [], 0, [0]),
    "a number that nothing bears": (at(7), [(5, "k")], {}, [], 0, [0]),
    "a repeat by key": (at(7, ("a", "b")), [(None, "a"), (None, "c"), (None, "b")], {}, [(1, 8)], 2, []),
    "a key of another kind": (at(7, ("a",)), [(8, "a")], {}, [(0, 8)], 0, []),
    "a key twice in a batch": (at(7), [(None, "a"), (None, "a"), (None, "a")], {}, [(0, 8)], 2, []),
    "a key twice, with numbers": (at(7), [(8, "a"), (9, "a")], {}, [(0, 8)], 1, []),
    "a repeat twice in a batch": (at(7, ("a",)), [(None, "a"), (None, "a")], {}, [], 2, []),
    "a rejected key may come again": (at(7), [(3, "a"), (8, "a")], {}, [(1, 8)], 0, [0]),
    "mixed": (
        at(7, ("old",)),
        [(7, "k7"), (None, "old"), (None, "new"), (8, "x"), (12, "y"), (None, None)],
        {7: "k7"},
        [(2, 8), (4, 12), (5, 13)],
        2,
        [3],
    ),
}


@pytest.mark.parametrize(("trace", "pairs", "stored", "new", "repeats", "rejected"), CASES.values(), ids=CASES)
def test_sifting(trace, pairs, stored, new, repeats, rejected):
    assert sorted_out(trace, pairs, stored) == (new, repeats, rejected)


def test_only_numbers_that_were_passed_are_looked_up():
    assert doubtful(at(7), sent((3, "a"), (7, None), (8, "c"), (None, "d"), (3, "e"))) == [3, 7]


PAIRS = st.tuples(st.none() | st.integers(0, 12), st.none() | st.sampled_from("abc"))


@given(st.lists(PAIRS, max_size=12), st.integers(-1, 5))
def test_any_batch_is_sorted_out_whole_and_in_order(pairs, last):
    found = sift(at(last), sent(*pairs), {})
    places = [place for place, _, _ in found.new] + [rejection.index for rejection in found.rejected]
    assert len(places) + found.repeats + len(found.twins) == len(pairs)
    seqs = [seq for _, _, seq in found.new]
    assert seqs == sorted(set(seqs))
    assert all(seq > last for seq in seqs)


@given(st.lists(PAIRS, max_size=12))
def test_a_batch_that_is_sent_again_brings_nothing_new_but_what_has_no_key(pairs):
    trace, env = make_trace(), fixed_env()
    events = sent(*pairs)
    first = sift(trace, events, {})
    segment, rejected = build(trace, first.new, NOON, lambda: env.new_id("evt"), env.salt)
    assert rejected == []
    after = fold(trace, segment, segment.delta) if segment.count else trace
    stored = {event.seq: event.idempotency_key for event in segment.events()} if segment.count else {}
    second = sift(after, events, stored)
    stale = {key for (seq, key) in pairs if seq is not None}
    new = [event for _, event, _ in second.new if event.idempotency_key is not None]
    # A key that was stored with a number is known by that number only.
    assert all(event.idempotency_key in stale for event in new)
    if all(seq is None and key is not None for seq, key in pairs):
        assert second.new == []
        assert second.repeats == len(pairs)


def test_short_keys_of_the_last_thousand_are_kept():
    trace, env = make_trace(), fixed_env()
    for n in range(5):
        events = sent(*((None, f"{n}.{m}") for m in range(300)))
        segment, _ = build(trace, sift(trace, events, {}).new, NOON, lambda: env.new_id("evt"), env.salt)
        trace = fold(trace, segment, segment.delta)
    assert len(trace.recent_keys) == 8 * RECENT_KEYS
    assert sift(trace, sent((None, "4.299"), (None, "2.0")), {}).repeats == 2
    assert sift(trace, sent((None, "0.0")), {}).repeats == 0


def test_events_without_a_canonical_form_are_rejected_one_by_one():
    trace, env = make_trace(), fixed_env()
    events = batch(message("a"), message("b", metadata={"n": 2**53}, idempotency_key="k"), message("c"))
    segment, rejected = build(trace, sift(trace, events, {}).new, NOON, lambda: env.new_id("evt"), env.salt)
    assert [event.body["content"] for event in segment.events()] == ["a", "c"]
    assert [(each.index, each.idempotency_key, each.field, each.conflict) for each in rejected] == [
        (1, "k", "payload", False)
    ]
    assert [event.index for event in segment.events()] == [0, 1]


def test_events_that_could_not_be_read_back_are_rejected(monkeypatch):
    monkeypatch.setattr("wakeline.domain.append.MAX_STORED", 1000)
    trace, env = make_trace(), fixed_env()
    events = batch(message("x" * 400), message("y" * 400), message("z" * 10))
    segment, rejected = build(trace, sift(trace, events, {}).new, NOON, lambda: env.new_id("evt"), env.salt)
    assert segment.count + len(rejected) == 3
    assert rejected
    assert sum(len(line) + 1 for line in segment.lines()) <= 1000
