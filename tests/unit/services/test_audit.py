"""The audit log: noted before it takes effect, withdrawn when it fails, one chain however many write it."""

import threading

import pytest

from tests.fakes.dying import Died, DyingLedger
from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from wakeline.domain.audit import AUDIT_TRACE_ID
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Conflict, Invalid
from wakeline.services import ledger, traces
from wakeline.services.audit import AuditLog, noting, system

WHO = Caller("ws_1", None, "user:ann", "user", frozenset({"admin"}), "free")
READER = Caller("ws_1", None, "key_9", "key", frozenset({"traces:read"}), "free")


def noted(store):
    trace = store.head("ws_1", AUDIT_TRACE_ID)
    return [event.body for event in ledger.read_events(store, trace)] if trace else []


def note(store, resource="key_1", then=lambda: None, who=WHO):
    with noting(AuditLog(store, fixed_env()), who, "api_key.created", "api_key", resource, {"name": "x"}):
        then()


def test_a_mutation_is_noted_before_it_is_made():
    store = MemoryLedger()
    seen = []
    note(store, then=lambda: seen.extend(noted(store)))
    (said,) = seen
    assert {name: said[name] for name in ("action", "resource_type", "resource_id", "principal", "status")} == {
        "action": "api_key.created",
        "resource_type": "api_key",
        "resource_id": "key_1",
        "principal": "user:ann",
        "status": "recorded",
    }
    assert said["details"] == {"name": "x"}
    assert len(noted(store)) == 1


@pytest.mark.parametrize(("error", "reason"), [(Conflict("taken"), "taken"), (OSError("secret"), "OSError")])
def test_one_that_fails_is_withdrawn(error, reason):
    store = MemoryLedger()

    def fail():
        raise error

    with pytest.raises(type(error)):
        note(store, then=fail)
    first, second = noted(store)
    assert (second["status"], second["reason"]) == ("withdrawn", reason)
    assert first["mutation_id"] == second["mutation_id"]


def test_what_cannot_be_noted_is_not_made():
    store = MemoryLedger()
    made = []
    with pytest.raises(Invalid), noting(AuditLog(store, fixed_env()), WHO, "a.b", "a", "1", {"n": 2**60}):
        made.append(1)
    assert (made, noted(store)) == ([], [])


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("existing", [0, 3])
@pytest.mark.parametrize("at", [1, 2])
def test_a_death_at_any_write_leaves_no_mutation_unnoted_and_a_chain_that_holds(at, existing, when):
    store = MemoryLedger()
    for number in range(existing):
        note(store, f"before_{number}")
    made = []
    dying = DyingLedger(store, at, when)
    try:
        note(dying, "dying", lambda: made.append("dying"))
    except Died:
        assert made == []
    note(store, "later", lambda: made.append("later"))
    resources = [said["resource_id"] for said in noted(store)]
    assert set(made) <= set(resources)
    assert resources[-1] == "later"
    assert len(resources) in (existing + 1, existing + 2)
    assert traces.verify(store, fixed_env(), READER, AUDIT_TRACE_ID).valid


def test_many_at_once_make_one_chain():
    store = MemoryLedger()
    env = fixed_env()

    def write(number):
        for each in range(5):
            with noting(AuditLog(store, env), WHO, "a.b", "a", f"{number}.{each}"):
                pass

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said = [each["resource_id"] for each in noted(store)]
    assert sorted(said) == sorted(f"{number}.{each}" for number in range(8) for each in range(5))
    assert traces.verify(store, fixed_env(), READER, AUDIT_TRACE_ID).valid


def test_wakeline_itself_is_named():
    store = MemoryLedger()
    note(store, who=system("ws_1", "retention"))
    trace = store.head("ws_1", AUDIT_TRACE_ID)
    assert trace is not None
    (event,) = ledger.read_events(store, trace)
    assert event.actor == {"name": "system:retention", "type": "system"}
