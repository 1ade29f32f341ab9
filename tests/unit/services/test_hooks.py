"""Hooks go into their session's trace: created once, stored once, in few calls."""

import threading
from collections import Counter
from typing import Any

import pytest

from tests.checking import sound
from tests.fakes.audit import audit_log
from tests.fakes.dying import Died, DyingLedger
from tests.fakes.ledger import MemoryLedger
from tests.unit.domain.claude_code.hook_samples import FIELDS
from tests.unit.services.hook_world import CALLER, SESSION, World
from wakeline.domain.caller import Caller
from wakeline.domain.errors import NotFound
from wakeline.services import traces


@pytest.fixture
def world() -> World:
    return World()


def test_the_first_hook_creates_the_trace(world):
    trace = world.send("SessionStart")
    assert (trace.id, trace.project_id, trace.tool, trace.source) == (SESSION, "proj_1", "claude-code", "hook")
    assert (trace.cwd, trace.model, trace.status) == ("/repo", "claude-opus-4-5", "running")
    assert world.kinds() == ["session_start"]


def test_a_session(world):
    for name in FIELDS:
        world.send(name)
    trace, events = sound(world.store, SESSION)
    assert trace.counters["hooks"] == len(events) == len(FIELDS) + 2
    assert trace.prompt == "Fix the test"
    assert (trace.status, trace.counters["tool_calls"], trace.counters["tool_errors"]) == ("completed", 1, 2)
    assert trace.total_tokens == 0


@pytest.mark.parametrize("name", FIELDS)
def test_sent_twice_is_stored_once(world, name):
    world.send(name)
    before = world.kinds()
    world.send(name)
    world.clock.advance(seconds=4)
    world.send(name)
    assert world.kinds() == before


@pytest.mark.parametrize("second", range(5))
def test_a_repeat_is_known_whenever_the_spell_ends(second):
    world = World()
    world.clock.advance(seconds=second)
    world.send("Notification")
    world.clock.advance(seconds=4.9)
    world.send("Notification")
    assert world.kinds() == ["notification"]


def test_two_equal_prompts_are_two(world):
    world.send("UserPromptSubmit", prompt_id="p_1")
    world.send("UserPromptSubmit", prompt_id="p_2")
    assert world.kinds() == ["user_message"] * 2
    world.send("UserPromptSubmit", prompt_id=None)
    world.clock.advance(seconds=11)
    world.send("UserPromptSubmit", prompt_id=None)
    assert world.kinds() == ["user_message"] * 4


def test_a_lasting_identity_lasts(world):
    world.send("PreToolUse")
    world.clock.advance(hours=1)
    world.send("PreToolUse")
    assert world.kinds() == ["tool_call"]


def test_hooks_at_once(world):
    def session() -> None:
        for n in range(10):
            world.send("PreToolUse", tool_use_id=f"toolu_{n}")

    threads = [threading.Thread(target=session) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _trace, events = sound(world.store, SESSION)
    assert Counter(event.span_id for event in events) == {f"toolu_{n}": 1 for n in range(10)}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("write", [1, 2, 3])
def test_a_hook_whose_writer_died_is_sent_again(write, when):
    store = MemoryLedger()
    dying = World(DyingLedger(store, write, when))
    with pytest.raises(Died):
        [dying.send(name) for name in ("SessionStart", "PreToolUse")]
    world = World(store)
    for name in ("SessionStart", "PreToolUse"):
        world.send(name)
    assert world.kinds() == ["session_start", "tool_call"]


class Overtaken(MemoryLedger):
    """Right after it was looked for in vain, the session's first hook comes in elsewhere."""

    first: Any = None

    def head(self, workspace_id: str, trace_id: str) -> Any:
        found = super().head(workspace_id, trace_id)
        if found is None and self.first is not None:
            first, self.first = self.first, None
            first()
        return found


def test_a_session_that_another_hook_creates_meanwhile():
    store = Overtaken()
    world = World(store)
    store.first = lambda: world.send("SessionStart")
    world.send("UserPromptSubmit")
    assert world.kinds() == ["session_start", "user_message"]


def test_other_peoples_sessions(world):
    world.send("SessionStart")
    with pytest.raises(NotFound):
        world.send("Stop", Caller("ws_1", "proj_2", "key_2", "key", frozenset({"traces:write"}), "free"))
    world.send("Stop", Caller("ws_2", None, "key_3", "key", frozenset({"traces:write"}), "free"))
    assert world.kinds() == ["session_start"]


def test_a_deleted_session_stays_deleted(world):
    world.send("SessionStart")
    traces.delete(world.store, world.env, audit_log(), CALLER, SESSION)
    with pytest.raises(NotFound):
        world.send("Stop")
