"""Finding events by their seq, also where seqs skip and segments are missing."""

from typing import Any

import pytest

from tests.checking import head
from tests.factories import WORKSPACE, batch, make_trace, message
from tests.fakes.counting import Counting
from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from wakeline.services import ledger, seqs

TRACE = "trc_1"


@pytest.fixture
def store() -> MemoryLedger:
    made = MemoryLedger()
    made.create(make_trace(TRACE))
    return made


def append(store: MemoryLedger, sent: Any) -> None:
    assert not ledger.append(store, fixed_env(), WORKSPACE, TRACE, sent).rejected


def test_index_after(store):
    append(store, batch(*(message(seq=seq) for seq in (5, 10))))
    append(store, batch(*(message(seq=seq) for seq in (20, 30, 40))))
    wanted = {-1: 0, 0: 0, 4: 0, 5: 1, 9: 1, 10: 2, 19: 2, 20: 3, 39: 4, 40: 5, 99: 5}
    assert {seq: seqs.index_after(store, head(store), seq) for seq in wanted} == wanted


def test_stored_keys(store):
    append(store, batch(*(message(seq=seq, idempotency_key=f"k{seq}") for seq in (5, 10))))
    append(store, batch(message(seq=20), message(seq=30, idempotency_key="k30")))
    assert seqs.stored_keys(store, head(store), [1, 5, 7, 20, 30]) == {5: "k5", 20: None, 30: "k30"}
    assert seqs.stored_keys(store, head(store), []) == {}


@pytest.mark.parametrize("size", [1, 7])
@pytest.mark.parametrize("missing", range(8))
def test_a_search_ends_where_a_segment_is_missing(store, size, missing):
    for n in range(8):
        append(store, batch(*(message(seq=1000 * n + m) for m in range(size))))
    trace = head(store)
    gone = list(store.segments(WORKSPACE, TRACE))[missing]
    store.delete_segment(WORKSPACE, TRACE, gone)
    for seq in range(0, 8000, 250):
        counting = Counting(store)
        seqs.index_after(counting, trace, seq)
        seqs.stored_keys(counting, trace, [seq, seq + 1])
        assert counting.calls["segment_at"] < 40
