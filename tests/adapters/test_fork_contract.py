"""One contract for `ForkStore`, kept by the fake and by DynamoDB alike."""

from dataclasses import replace
from typing import Any

import pytest

from local.capacity import record_calls
from tests.factories import NOON
from tests.fakes.replay import MemoryForks
from wakeline.adapters.dynamodb import table
from wakeline.adapters.dynamodb.forks import DynamoForks
from wakeline.domain.replay import Substitution
from wakeline.domain.replay.fork import Fork, ForkRun

CHANGES = (Substitution("tool_output", {"price": 1.5, "note": "ä"}, "s1"), Substitution("model", "m-2"))


def fork(number: int = 1, workspace_id: str = "ws_1", **said: Any) -> Fork:
    return Fork(
        **{
            "workspace_id": workspace_id,
            "project_id": "proj_1",
            "id": f"frk_{number:04d}",
            "trace_id": "trc_1",
            "span_id": "s1",
            "fork_point_index": 2,
            "fork_trace_id": "trc_f",
            "status": "created",
            "created_at": NOON,
            "created_by": "key_1",
            "updated_at": NOON,
            **said,
        }
    )


@pytest.fixture(params=["memory", "aws"])
def store(request) -> Any:
    if request.param == "memory":
        return MemoryForks()
    request.getfixturevalue("engine")
    return DynamoForks()


def test_a_fork_is_read_back(store):
    made = fork()
    store.create(made, CHANGES)
    assert store.get("ws_1", made.id) == made
    assert store.draft("ws_1", made.id) == CHANGES
    assert store.get("ws_2", made.id) is None
    assert store.draft("ws_2", made.id) == ()
    assert store.get("ws_1", "frk_9") is None


def test_one_without_changes_has_none(store):
    store.create(fork(), ())
    assert store.draft("ws_1", "frk_0001") == ()


def test_it_goes_on_from_what_was_read(store):
    store.create(fork(), ())
    after = fork(status="replaying", engine="bedrock", run="d" * 32, reason="why", done=2, total=5, version=1)
    assert store.write(after, 0)
    assert store.get("ws_1", after.id) == after
    assert not store.write(replace(after, status="failed", version=1), 0)
    assert store.get("ws_1", after.id) == after
    assert not store.write(fork(7, version=1), 0)
    assert store.get("ws_1", "frk_0007") is None


def test_what_a_replay_is_to_do(store):
    wanted = ForkRun("frk_0001", "a" * 32, "trc_f", "webhook", CHANGES, NOON, "key_1", "https://r.example", "whsec_x")
    store.put_run("ws_1", wanted)
    assert store.run("ws_1", "frk_0001", "a" * 32) == wanted
    assert store.run("ws_1", "frk_0001", "b" * 32) is None
    assert store.run("ws_2", "frk_0001", "a" * 32) is None


def test_lists_newest_first_in_pages(store, monkeypatch):
    for number in range(1, 8):
        store.create(fork(number, project_id="proj_2" if number % 3 == 0 else "proj_1", trace_id=f"t{number % 2}"), ())
    store.create(fork(1, "ws_2"), ())

    def ids(project=None, trace=None, limit=3):
        found, before = [], None
        while True:
            page, before = store.page("ws_1", project, trace, before, limit)
            assert len(page) <= limit
            found += [int(each.id[-1]) for each in page]
            if before is None:
                return found

    assert ids() == [7, 6, 5, 4, 3, 2, 1]
    assert ids("proj_2") == [6, 3]
    assert ids(trace="t1", limit=2) == [7, 5, 3, 1]
    monkeypatch.setattr(table, "MOST_READ", 2)
    assert ids("proj_2", limit=1) == ids("proj_2") == [6, 3]
    assert ids("proj_1", "t0") == [4, 2]
    assert ids("proj_9") == []
    assert store.count("ws_1", None, None, 100) == (7, True)
    assert store.count("ws_1", "proj_2", None, 100) == (2, True)
    assert store.count("ws_1", None, None, 5) == (5, False)


def test_what_it_costs(embedded):
    store = DynamoForks()
    with record_calls() as calls:
        store.create(fork(), CHANGES)
    assert calls.operations == ["PutItem", "PutItem"]
    with record_calls() as calls:
        store.page("ws_1", None, None, None, 20)
        store.count("ws_1", None, None, 1000)
    assert calls.operations == ["Query", "Query"]
    assert calls.rcu <= 2
