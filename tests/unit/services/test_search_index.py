"""The index under repeats, rivals and death: nothing is lost, nothing is there twice."""

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import batch, make_trace, message
from tests.fakes.env import fixed_env
from tests.fakes.find import MemoryBlobs, MemoryIndex
from tests.fakes.ledger import MemoryLedger
from wakeline.adapters.embeddings.lexical import LexicalEmbedder
from wakeline.adapters.sqlite.parts import SqliteParts
from wakeline.domain.errors import Busy
from wakeline.domain.feed import Appended
from wakeline.domain.search.query import fts_query
from wakeline.domain.search.state import EmbeddingFailed
from wakeline.domain.search.where import Where
from wakeline.domain.times import EARLIEST
from wakeline.services import ledger, search_index, search_rebuild
from wakeline.services.search_index import Indexer


class Died(Exception):
    """The process is gone."""


class Dying:
    """Passes calls on; the n-th of those that change something dies before or after it took effect."""

    def __init__(self, store: Any, names: set[str], counter: list[int], at: int, when: str) -> None:
        self._store, self._names, self._counter, self._at, self._when = store, names, counter, at, when

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._store, name)
        if name not in self._names:
            return call

        def changing(*given: Any) -> Any:
            self._counter[0] += 1
            if self._counter[0] == self._at and self._when == "before":
                raise Died
            result = call(*given)
            if self._counter[0] == self._at:
                raise Died
            return result

        return changing


class World:
    def __init__(self) -> None:
        self.env = fixed_env()
        self.ledger, self.store, self.blobs = MemoryLedger(), MemoryIndex(), MemoryBlobs()
        self.files = SqliteParts(self.blobs, 10**8)

    def indexer(self, store: Any = None, files: Any = None, embedder: Any = None, failed: Any = None) -> Indexer:
        return Indexer(
            store or self.store,
            files or self.files,
            self.ledger,
            embedder or LexicalEmbedder(),
            self.env,
            failed or (lambda _: None),
        )

    def record(self, trace_id: str, *texts: str) -> Appended:
        self.ledger.create(make_trace(trace_id))
        before = self.ledger.head("ws_1", trace_id)
        assert before is not None
        ledger.append(self.ledger, self.env, "ws_1", trace_id, batch(*(message(text) for text in texts)))
        return Appended("ws_1", trace_id, before.last_index + 1, len(texts))

    def found(self, word: str = "walrus") -> Counter[tuple[str, int]]:
        """How often each message that holds a word is found."""
        fts = fts_query(word)
        assert fts is not None
        hits: Counter[tuple[str, int]] = Counter()
        for manifest in self.store.state("ws_1").months.values():
            for part in manifest.parts:
                matches = self.files.by_text("ws_1", part, fts, Where(), 10**6)
                assert matches.count == len(matches.candidates)
                documents = self.files.read("ws_1", part, [each.number for each in matches.candidates], None)
                hits.update((each.document.trace_id, each.document.index) for each in documents.values())
        return hits

    def listed(self) -> set[str]:
        months = self.store.state("ws_1").months.values()
        return {f"search/ws_1/{part.name}.sqlite" for manifest in months for part in manifest.parts}


@pytest.fixture
def world():
    return World()


def each(trace_id, count):
    return Counter({(trace_id, at): 1 for at in range(count)})


def test_what_comes_twice_late_or_backwards_is_found_once(world):
    first, second = world.record("a", "walrus 0", "walrus 1"), world.record("a", "walrus 2")
    assert search_index.index(world.indexer(), "ws_1", [second]) == 3
    for given in ([first], [second, first], [first, first, second]):
        assert search_index.index(world.indexer(), "ws_1", given) == 0
    assert world.found() == each("a", 3)
    assert world.listed() == set(world.blobs.stored)


def test_what_nobody_names_is_swept_once_nobody_will_name_it(world):
    world.blobs.now = world.env.now() - timedelta(hours=2)
    search_index.index(world.indexer(), "ws_1", [world.record("a", "walrus 0")])
    for trace_id, age in (("b", timedelta(hours=2)), ("c", timedelta(minutes=30))):
        world.blobs.now = world.env.now() - age
        dying = world.indexer(Dying(world.store, {"commit"}, [0], 1, "before"))
        new = world.record(trace_id, "walrus")
        with pytest.raises(Died):
            search_index.index(dying, "ws_1", [new])
    others = "search/ws_10/part_1.sqlite"
    world.blobs.stored[others], world.blobs.times[others] = b"", EARLIEST
    assert len(world.blobs.stored) == 4
    assert search_index.sweep(world.indexer(), "ws_1") == 1
    assert search_index.sweep(world.indexer(), "ws_1") == 0
    assert len(world.blobs.stored) == 3
    assert world.listed() | {others} < set(world.blobs.stored)
    assert world.found() == each("a", 1)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", [1, 2])
def test_an_indexer_that_dies_is_repeated(world, at, when):
    new = world.record("a", "walrus 0", "walrus 1")
    counter = [0]
    indexer = world.indexer(
        Dying(world.store, {"commit"}, counter, at, when), Dying(world.files, {"build", "delete"}, counter, at, when)
    )
    with pytest.raises(Died):
        search_index.index(indexer, "ws_1", [new])
    assert set(world.found().values()) <= {1}
    search_index.index(world.indexer(), "ws_1", [new])
    assert world.found() == each("a", 2)


def grown(world, parts=8):
    for number in range(parts):
        search_index.index(world.indexer(), "ws_1", [world.record(f"t{number}", "walrus", "other")])
    return Counter({(f"t{number}", 0): 1 for number in range(parts)})


def test_a_merge_keeps_all_and_removes_what_it_replaced(world):
    whole = grown(world)
    assert len(world.blobs.stored) == 8
    assert search_index.merge(world.indexer(), "ws_1") == 1
    assert world.found() == whole
    assert len(world.blobs.stored) == 1
    assert world.listed() == set(world.blobs.stored)
    assert search_index.merge(world.indexer(), "ws_1") == 0


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3, 5])
def test_a_merge_that_dies_loses_nothing_and_shows_nothing_twice(world, at, when):
    whole = grown(world)
    counter = [0]
    names = {"merge", "delete"}
    indexer = world.indexer(
        Dying(world.store, {"commit"}, counter, at, when), Dying(world.files, names, counter, at, when)
    )
    with pytest.raises(Died):
        search_index.merge(indexer, "ws_1")
    assert world.found() == whole
    search_index.merge(world.indexer(), "ws_1")
    assert world.found() == whole
    assert world.listed() <= set(world.blobs.stored)


def test_indexers_and_mergers_at_once(world):
    given = [world.record(f"t{number}", "walrus", "walrus") for number in range(24)]
    errors: list[Exception] = []

    def run(work):
        try:
            work()
        except Exception as error:
            errors.append(error)

    def all_of(some):
        for one in some:
            search_index.index(world.indexer(), "ws_1", [one])

    work = [
        lambda: all_of(given),
        lambda: all_of(given[::-1]),
        lambda: [search_index.merge(world.indexer(), "ws_1") for _ in range(6)],
    ]
    threads = [threading.Thread(target=run, args=(each,)) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [error for error in errors if not isinstance(error, Busy)] == []
    all_of(given)
    search_index.merge(world.indexer(), "ws_1")
    assert world.found() == Counter({(f"t{number}", at): 1 for number in range(24) for at in (0, 1)})
    assert world.listed() == set(world.blobs.stored)


def test_erasing_a_trace_or_single_events(world):
    grown(world, 3)
    assert search_index.erase(world.indexer(), "ws_1", {"t1": None}) == 1
    assert set(world.found()) == {("t0", 0), ("t2", 0)}
    assert search_index.erase(world.indexer(), "ws_1", {"t0": [0], "t2": [7]}) == 1
    assert set(world.found()) == {("t2", 0)}
    assert set(world.found("other")) == {("t0", 1), ("t2", 1)}
    assert search_index.erase(world.indexer(), "ws_1", {"t0": [0], "t1": None}) == 0
    assert not any(b"t1" in blob for blob in world.blobs.stored.values())


def test_a_deleted_trace_is_not_indexed(world):
    new = world.record("a", "walrus")
    trace = world.ledger.head("ws_1", "a")
    ledger.erase(world.ledger, world.env, trace, "tests")
    assert search_index.index(world.indexer(), "ws_1", [new]) == 0
    assert world.blobs.stored == {}


class Broken(LexicalEmbedder):
    def embed(self, texts):
        raise EmbeddingFailed("throttled")


def test_without_the_model_texts_are_found_by_words(world):
    told: list[Exception] = []
    new = world.record("a", "walrus")
    search_index.index(world.indexer(embedder=Broken(), failed=told.append), "ws_1", [new])
    assert len(told) == 1
    assert world.found() == each("a", 1)
    ((part,),) = [manifest.parts for manifest in world.store.state("ws_1").months.values()]
    assert (part.model, part.dimensions) == (None, 0)


def test_model_and_dimensions_are_recorded(world):
    search_index.index(world.indexer(), "ws_1", [world.record("a", "walrus")])
    ((part,),) = [manifest.parts for manifest in world.store.state("ws_1").months.values()]
    assert (part.model, part.dimensions, part.documents) == ("lexical-1", 256, 1)
    assert part.size == len(next(iter(world.blobs.stored.values())))


def test_rebuilding_gives_the_same_and_leaves_nothing_behind(world, monkeypatch):
    whole = grown(world, 10)
    before = set(world.blobs.stored)
    monkeypatch.setattr(search_rebuild, "MOST_TRACES", 3)
    seen = documents = 0
    after = None
    while True:
        step = search_rebuild.rebuild(world.indexer(), world.ledger, "ws_1", after, most=4)
        seen, documents, after = seen + step.traces, documents + step.documents, step.after
        assert set(world.found().values()) == {1}
        if after is None:
            break
    assert (seen, documents) == (10, 20)
    assert world.found() == whole
    assert not before & set(world.blobs.stored)
    assert world.listed() == set(world.blobs.stored)
    assert search_index.index(world.indexer(), "ws_1", [Appended("ws_1", "t0", 0, 2)]) == 0


def test_a_long_trace_is_indexed_in_parts(world, monkeypatch):
    monkeypatch.setattr(search_index, "MOST_DOCUMENTS", 3)
    given = [world.record("a", *(f"walrus {at}" for at in range(2))) for _ in range(4)]
    assert search_index.index(world.indexer(), "ws_1", given) == 8
    assert world.found() == each("a", 8)
    assert len(world.blobs.stored) == 2
