"""Sessions: changes under other writers, and details that do not fit."""

from datetime import UTC, datetime

import pytest

from tests.factories import WORKSPACE, batch, make_trace, message
from tests.fakes.audit import audit_log
from tests.fakes.env import fixed_env
from tests.fakes.incidents import MemoryAnalyses
from tests.fakes.ledger import MemoryLedger
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Busy, NotFound
from wakeline.domain.verification import Verifier
from wakeline.services import ledger, sessions
from wakeline.services.sessions import KEEP, detail, timeline, update
from wakeline.services.view_pages import Budget

CALLER = Caller(WORKSPACE, None, "key_1", "key", frozenset({"traces:write"}), "unlimited")
NOW = datetime(2026, 3, 21, 12, 0, tzinfo=UTC)


class Racing(MemoryLedger):
    """Before each of the first `times` writes of HEAD, someone else appends."""

    def __init__(self, times):
        super().__init__()
        self.times = times
        self.racing = False

    def write_head(self, trace, read_version):
        if self.times and not self.racing:
            self.times -= 1
            self.racing = True
            ledger.append(self, fixed_env(), trace.workspace_id, trace.id, batch(message(f"{self.times}")))
            self.racing = False
        return super().write_head(trace, read_version)


def test_a_change_and_appends_at_once_lose_nothing():
    store = Racing(5)
    store.create(make_trace())
    after = update(store, fixed_env(), audit_log(), CALLER, "trc_1", notes="seen", tags=["b", "a", "b"])
    assert (after.notes, after.tags, after.counters["events"]) == ("seen", ["b", "a"], 5)
    assert store.head(WORKSPACE, "trc_1") == after
    verifier = Verifier(after)
    for segment in store.segments(WORKSPACE, "trc_1"):
        verifier.feed(segment)
    assert verifier.finish() is None


def test_too_many_writers_at_once():
    store = Racing(10**6)
    store.create(make_trace())
    with pytest.raises(Busy):
        update(store, fixed_env(), audit_log(), CALLER, "trc_1", notes="seen")


def test_no_change_is_no_write():
    store = MemoryLedger()
    store.create(make_trace(notes="same", tags=["a"]))
    before = store.head(WORKSPACE, "trc_1")
    assert update(store, fixed_env(), audit_log(), CALLER, "trc_1", notes="same", tags=["a", "a"]) == before
    assert update(store, fixed_env(), audit_log(), CALLER, "trc_1", KEEP, KEEP).version == before.version


@pytest.mark.parametrize("cleared", [None, ""])
def test_notes_are_cleared(cleared):
    store = MemoryLedger()
    store.create(make_trace(notes="old", tags=["a"]))
    after = update(store, fixed_env(), audit_log(), CALLER, "trc_1", notes=cleared)
    assert (after.notes, after.tags) == (None, ["a"])


def test_a_session_deleted_meanwhile_is_not_there():
    class Deleting(MemoryLedger):
        def write_head(self, trace, read_version):
            stands = self.head(trace.workspace_id, trace.id)
            if stands is not None and trace.deleted is None:
                ledger.erase(self, fixed_env(), stands, "someone")
            return super().write_head(trace, read_version)

    store = Deleting()
    store.create(make_trace())
    with pytest.raises(NotFound):
        update(store, fixed_env(), audit_log(), CALLER, "trc_1", notes="x")


@pytest.mark.parametrize(
    "read", [lambda s, c, i, n: detail(s, MemoryAnalyses(), c, i, n), lambda s, c, i, _: timeline(s, s, c, i, 10, None)]
)
@pytest.mark.parametrize("foreign", [{"project_id": "proj_2"}, {"workspace_id": "ws_2"}])
def test_a_foreign_session_is_not_there(read, foreign):
    store = MemoryLedger()
    store.create(make_trace())
    who = {"workspace_id": WORKSPACE, "project_id": None} | foreign
    stranger = Caller(**who, principal="k", kind="key", scopes=frozenset(), plan="free")
    with pytest.raises(NotFound):
        read(store, stranger, "trc_1", NOW)


def test_a_detail_reads_only_so_much(monkeypatch):
    class Small(Budget):
        def __init__(self):
            super().__init__(segments=3)

    monkeypatch.setattr(sessions, "Budget", Small)
    store, env = MemoryLedger(), fixed_env()
    store.create(make_trace())
    change = {"type": "file_change", "payload": {"path": "a", "additions": 1}}
    for number in range(5):
        ledger.append(store, env, WORKSPACE, "trc_1", batch(message(f"{number}"), change))
    shown = detail(store, MemoryAnalyses(), CALLER, "trc_1", NOW)
    assert ([each["content"] for each in shown["messages"]], shown["truncated"]) == (["0", "1", "2"], True)
    assert shown["file_changes"] == [{"path": "a", "action": "modified", "additions": 3, "deletions": 0}]
    assert shown["more"].keys() == {"messages", "file_changes"}
    assert shown["more"]["file_changes"] == "/api/traces/trc_1/events?type=file_change"
