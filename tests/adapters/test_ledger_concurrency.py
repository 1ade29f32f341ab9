"""Many writers on one trace, and many traces at once: each event stored and counted once, in one order."""

import contextlib
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.checking import broken, keys_of, sound
from tests.factories import WORKSPACE, batch, llm_call, make_trace, message, messages
from tests.fakes.dying import DyingLedger
from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from wakeline.adapters.dynamodb.ledger import DynamoLedger
from wakeline.domain.errors import Busy, NotFound, WakelineError
from wakeline.services import ledger

WRITERS = 8
TRACE = "trc_1"


@pytest.fixture(params=["memory", "dynamodb"])
def store(request) -> Any:
    if request.param == "memory":
        return MemoryLedger()
    request.getfixturevalue("engine")
    return DynamoLedger()


@pytest.fixture(autouse=True)
def _switch_often() -> Iterator[None]:
    """Threads take turns every 50 µs instead of 5 ms: races that are there come up."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-5)
    yield
    sys.setswitchinterval(before)


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work(0)` … `work(count - 1)` in threads that start together; the results, or the first error."""
    start = threading.Barrier(count)

    def run(writer: int) -> Any:
        start.wait()
        return work(writer)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def append_stubbornly(store: Any, env, trace_id: str, sent) -> int:
    """As a client does it: send again while the ledger is busy."""
    while True:
        try:
            done = ledger.append(store, env, WORKSPACE, trace_id, sent)
        except Busy:
            continue
        assert done.rejected == []
        return done.accepted


def write_at_once(store: Any, batches: int, each: int, keyed: bool) -> None:
    env = fixed_env()

    def work(writer: int) -> None:
        for n in range(batches):
            raw = [message(f"{writer}.{n}.{m}") for m in range(each)] + [llm_call(cost_usd=0.1)]
            if keyed:
                raw = [{**event, "idempotency_key": f"{writer}.{n}.{at}"} for at, event in enumerate(raw)]
            assert append_stubbornly(store, env, TRACE, batch(*raw)) == each + 1

    at_once(WRITERS, work)


@pytest.mark.parametrize("keyed", [True, False])
def test_eight_writers_on_one_trace(store, keyed):
    store.create(make_trace(TRACE))
    write_at_once(store, batches=6, each=3, keyed=keyed)
    trace, events = sound(store)
    wanted = Counter(f"{writer}.{n}.{m}" for writer in range(WRITERS) for n in range(6) for m in range(3))
    assert Counter(event.body["content"] for event in events if event.type == "user_message") == wanted
    assert trace.counters["llm_calls"] == WRITERS * 6
    assert trace.cost == "4.8"
    assert trace.counters["input_tokens"] == 10 * WRITERS * 6
    if keyed:
        assert max(Counter(keys_of(events)).values()) == 1


def test_eight_writers_of_the_same_events(store):
    """Every writer sends the same keyed batches, as a client that gave up waiting does: each event is stored once."""
    store.create(make_trace(TRACE))
    env = fixed_env()
    batches = [messages(5, f"b{n}-") for n in range(6)]
    at_once(WRITERS, lambda _: [append_stubbornly(store, env, TRACE, sent) for sent in batches])
    _, events = sound(store)
    assert sorted(map(str, keys_of(events))) == sorted(f"b{n}-{m}" for n in range(6) for m in range(5))


def test_eight_writers_with_the_same_seqs(store):
    """One gets each number; the others are told so."""
    store.create(make_trace(TRACE))
    env = fixed_env()

    def work(writer: int) -> Counter:
        told: Counter = Counter()
        for seq in range(1, 7):
            sent = batch(message("x", seq=seq, idempotency_key=f"w{writer}"))
            done = ledger.append(store, env, WORKSPACE, TRACE, sent)
            told["stored"] += done.accepted
            told["conflict"] += sum(rejection.conflict for rejection in done.rejected)
        return told

    told: Counter = sum(at_once(WRITERS, work), Counter())
    _, events = sound(store)
    assert told == {"stored": len(events), "conflict": 6 * WRITERS - len(events)}


def test_readers_during_writes_see_a_prefix(store):
    store.create(make_trace(TRACE))
    env = fixed_env()

    def work(worker: int) -> None:
        for n in range(8):
            if worker % 2:
                append_stubbornly(store, env, TRACE, messages(3, f"{worker}.{n}."))
            else:
                seen = list(ledger.read_events(store, store.head(WORKSPACE, TRACE)))
                assert [event.index for event in seen] == list(range(len(seen)))

    at_once(WRITERS, work)
    assert len(sound(store)[1]) == 4 * 8 * 3


def test_200_traces_at_once(store):
    env = fixed_env()

    def work(writer: int) -> None:
        for trace in range(writer, 200, WRITERS):
            assert store.create(make_trace(f"trc_{trace}"))
            append_stubbornly(store, env, f"trc_{trace}", messages(4))
            append_stubbornly(store, env, f"trc_{trace}", batch(llm_call()))

    at_once(WRITERS, work)
    assert store.count(WORKSPACE, None) == 200
    for trace in range(200):
        head, events = sound(store, f"trc_{trace}")
        assert (len(events), head.counters["llm_calls"]) == (5, 1)


def test_many_creators_of_one_trace(store):
    made = at_once(WRITERS, lambda _: store.create(make_trace(TRACE)))
    assert sorted(made) == [False] * (WRITERS - 1) + [True]
    assert store.count(WORKSPACE, None) == 1


def test_deleting_while_others_write_leaves_nothing_behind(store):
    store.create(make_trace(TRACE))
    env = fixed_env()

    def work(worker: int) -> None:
        try:
            for n in range(20):
                if worker == 0 and n == 5:
                    ledger.erase(store, env, store.head(WORKSPACE, TRACE), "me")
                append_stubbornly(store, env, TRACE, messages(2, f"{worker}.{n}."))
        except NotFound:
            pass

    at_once(WRITERS, work)
    assert store.head(WORKSPACE, TRACE).deleted is not None
    assert list(store.segments(WORKSPACE, TRACE)) == []
    assert store.count(WORKSPACE, None) == 0


class NoCommitCondition(MemoryLedger):
    """Puts a segment whether or not one stands there."""

    def put_segment(self, workspace_id, trace_id, segment):
        self.stored.setdefault((workspace_id, trace_id), {})[segment.first_index] = segment


class Unlocked(MemoryLedger):
    """Looks and writes in two steps, as the embedded engine does without a lock around each call."""

    def put_segment(self, workspace_id, trace_id, segment):
        segments = self.stored.setdefault((workspace_id, trace_id), {})
        found = segments.get(segment.first_index)
        threading.Event().wait(0.0005)
        if found is None:
            segments[segment.first_index] = segment
        return found


@pytest.mark.parametrize("kind", [NoCommitCondition, Unlocked])
def test_these_tests_can_fail(kind):
    """Without the condition of the commit, eight writers lose or double events, and the tests above notice."""
    for _ in range(20):
        store = kind()
        store.create(make_trace(TRACE))
        try:
            write_at_once(store, batches=6, each=3, keyed=True)
            whole = broken(store) is None and store.head(WORKSPACE, TRACE).event_count == WRITERS * 6 * 4
        except (WakelineError, AssertionError):
            return
        if not whole:
            return
    pytest.fail(f"{kind.__name__} was not found out")


class DeletedMeanwhile(DyingLedger):
    """Somebody deletes the trace just before a segment is put."""

    def __init__(self, store: MemoryLedger) -> None:
        super().__init__(store, 0, "before")

    def put_segment(self, *given: Any) -> Any:
        ledger.erase(self.store, fixed_env(), self.head(WORKSPACE, TRACE), "other")
        return self.store.put_segment(*given)


def test_the_condition_of_head_is_needed():
    """HEAD written without its condition would bring a deleted trace back; with it, the writer is told."""

    class NoHeadCondition(MemoryLedger):
        def write_head(self, trace, read_version):
            self.traces[trace.workspace_id, trace.id] = trace
            return True

    for kind, deleted in ((MemoryLedger, True), (NoHeadCondition, False)):
        store = kind()
        store.create(make_trace(TRACE))
        with contextlib.suppress(NotFound):
            ledger.append(DeletedMeanwhile(store), fixed_env(), WORKSPACE, TRACE, messages(1))
        trace = store.head(WORKSPACE, TRACE)
        assert trace is not None
        assert (trace.deleted is not None) == deleted


def test_one_of_many_begins_a_trace_and_the_others_go_behind(store):
    env = fixed_env()

    def send(writer: int) -> bool:
        sent = messages(5, f"w{writer}-")
        done = ledger.begin(store, env, make_trace(TRACE), sent)
        if done is None:
            append_stubbornly(store, env, TRACE, sent)
        return done is not None

    assert at_once(WRITERS, send).count(True) == 1
    _, events = sound(store)
    assert sorted(map(str, keys_of(events))) == sorted(f"w{writer}-{n}" for writer in range(WRITERS) for n in range(5))
    assert store.count(WORKSPACE, None) == 1
