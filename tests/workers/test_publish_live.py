"""Feeding through the handler: delivered twice, backwards, or half failing, the feed ends the same."""

from wakeline import wiring


def feed(workers):
    entries = wiring.feed().entries("ws_1", 0, 100, wiring.env().now())
    return [(entry.first, entry.count, entry.trace_id, entry.first_index) for entry in entries]


WHOLE = [(1, 1, "a", 0), (2, 1, "a", 1), (3, 1, "b", 0)]


def grown(workers):
    workers.trace("a")
    workers.trace("b", project_id="proj_2")
    workers.append("a")
    workers.append("a")
    workers.append("b")
    return workers.wanted("ReadLive")


def test_only_segments_start_it(workers):
    assert [record["dynamodb"]["Keys"]["sk"]["S"][:3] for record in grown(workers)] == ["SEG"] * 3


def test_segments_are_fed(workers):
    assert workers.run("ReadLive", grown(workers)) == []
    assert feed(workers) == WHOLE


def test_twice_and_backwards(workers):
    records = grown(workers)
    for given in (records[1:2], records[:1], records, records[::-1]):
        assert workers.run("ReadLive", given) == []
    assert sorted(number for number, *_ in feed(workers)) == [1, 2, 3]
    assert [at for _, _, trace, at in feed(workers) if trace == "a"] == [0, 1]


def test_one_workspace_that_fails_does_not_stop_the_others(workers, monkeypatch):
    from tests.factories import batch, make_trace, message
    from wakeline.services import ledger

    records = grown(workers)
    seen = len(workers.records)
    wiring.ledger().create(make_trace("x", workspace_id="ws_2"))
    ledger.append(wiring.ledger(), wiring.env(), "ws_2", "x", batch(message("y")))
    (other,) = [each for each in workers.wanted("ReadLive") if each in workers.records[seen:]]
    store = wiring.feed()
    real = type(store).put

    def put(self, workspace_id, *given):
        if workspace_id == "ws_1":
            raise RuntimeError("throttled")
        return real(self, workspace_id, *given)

    monkeypatch.setattr(type(store), "put", put)
    assert workers.run("ReadLive", [*records, other]) == [records[0]["dynamodb"]["SequenceNumber"]]
    assert store.last("ws_2") == 1
    monkeypatch.undo()
    assert workers.run("ReadLive", [*records, other]) == []
    assert feed(workers) == WHOLE
    assert store.last("ws_2") == 1
