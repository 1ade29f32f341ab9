"""Hooks go into their session's trace: created once, stored once, in few calls, beside a pushed transcript."""

import json
import threading
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.checking import sound
from tests.fakes.audit import audit_log
from tests.fakes.dying import Died, DyingLedger
from tests.fakes.env import Clock, fixed_env
from tests.fakes.ledger import MemoryLedger
from tests.unit.domain.claude_code.hook_samples import FIELDS, hook
from wakeline.domain.caller import Caller
from wakeline.domain.errors import NotFound
from wakeline.services import hooks, traces
from wakeline.services.push import Push, push

CALLER = Caller("ws_1", "proj_1", "key_1", "key", frozenset({"traces:write"}), "free")
SESSION = str(hook("Stop")["session_id"])


class World:
    """A ledger, a clock, and someone who sends hooks."""

    def __init__(self, store: Any = None) -> None:
        self.store = store or MemoryLedger()
        self.clock = Clock()
        self.env = fixed_env(self.clock)

    def send(self, name: str, caller: Caller = CALLER, **said: Any) -> Any:
        return hooks.record(self.store, self.env, caller, json.dumps(hook(name, **said)).encode())

    def push(self, *lines: dict[str, Any], **facts: Any) -> None:
        data = "".join(json.dumps(line) + "\n" for line in lines)
        pushed = push(self.store, self.env, lambda *_: None, CALLER, [Push(SESSION, data, facts)])
        assert (pushed.accepted, pushed.errors) == (1, [])

    def kinds(self) -> list[str]:
        return [event.type for event in sound(self.store, SESSION)[1]]


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


def user(uuid: str, content: Any) -> dict[str, Any]:
    return {"type": "user", "uuid": uuid, "sessionId": SESSION, "timestamp": "2026-03-21T10:00:00.000Z",
            "message": {"role": "user", "content": content}}  # fmt: skip


def assistant(uuid: str, *blocks: dict[str, Any]) -> dict[str, Any]:
    usage = {"input_tokens": 10, "output_tokens": 5}
    message = {"id": f"msg_{uuid}", "role": "assistant", "model": "claude-opus-4-5", "content": list(blocks)}
    return {"type": "assistant", "uuid": uuid, "sessionId": SESSION, "requestId": f"req_{uuid}",
            "timestamp": "2026-03-21T10:00:01.000Z", "message": {**message, "usage": usage}}  # fmt: skip


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


TOOL = {"type": "tool_use", "id": "toolu_1", "name": "Write", "input": hook("PreToolUse")["tool_input"]}
ANSWER = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "File created successfully at: /repo/a.py"}
TRANSCRIPT = [
    user("u1", "Fix the test"),
    assistant("a1", {"type": "thinking", "thinking": "hm"}, text("I will write it."), TOOL),
    user("u2", [ANSWER]),
    assistant("a2", text("Done.")),
]
TOLD = ("SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop", "SessionEnd")


def test_a_transcript_pushed_after_its_hooks_adds_what_they_did_not_tell(world):
    for name in TOLD:
        world.send(name)
    world.push(*TRANSCRIPT, repo="acme/x", author="ada")
    added = world.kinds()[8:]
    assert sorted(added) == ["agent_message", "llm_call", "llm_call", "reasoning"]
    trace, events = sound(world.store, SESSION)
    assert [event.body["content"] for event in events[8:] if event.type == "agent_message"] == ["I will write it."]
    assert (trace.counters["input_tokens"], trace.counters["output_tokens"]) == (20, 10)
    assert (trace.counters["tool_calls"], trace.counters["additions"]) == (1, 1)
    assert (trace.repo, trace.author, trace.status) == ("acme/x", "ada", "completed")


def test_pushed_again_it_adds_nothing(world):
    for name in TOLD:
        world.send(name)
    world.push(*TRANSCRIPT)
    before = world.kinds()
    world.push(*TRANSCRIPT)
    assert world.kinds() == before


def test_pushes_and_hooks_in_turn(world):
    """However a session is cut into hooks and pushes, each thing is there once in the end."""
    world.send("SessionStart")
    world.send("UserPromptSubmit")
    world.push(*TRANSCRIPT[:2])
    world.send("PostToolUse")
    world.push(*TRANSCRIPT)
    world.send("UserPromptSubmit", prompt="More", prompt_id="p_9")
    world.push(*TRANSCRIPT, user("u3", "More"), assistant("a3", text("Done again.")))
    found = Counter(world.kinds())
    assert found == {
        "session_start": 1, "user_message": 2, "llm_call": 3, "reasoning": 1, "agent_message": 3, "tool_call": 1,
        "tool_result": 1, "file_change": 1,
    }  # fmt: skip


def test_hooks_that_a_push_overtook(world):
    """Calls and messages are in the file before their hooks are run."""
    world.push(*TRANSCRIPT)
    before = world.kinds()
    world.send("PreToolUse")
    world.send("Stop")
    assert world.kinds() == [*before, "state_change"]
    world.push(*TRANSCRIPT)
    assert world.kinds() == [*before, "state_change"]


def test_a_session_that_goes_on_after_a_push_is_told_live(world):
    world.push(*TRANSCRIPT)
    before = world.kinds()
    world.send("PreToolUse", tool_use_id="toolu_2")
    world.send("Stop", last_assistant_message="Done again.")
    assert world.kinds() == [*before, "tool_call", "agent_message", "state_change"]
    world.push(*TRANSCRIPT, assistant("a3", {**TOOL, "id": "toolu_2"}, text("Done again.")))
    assert world.kinds() == [*before, "tool_call", "agent_message", "state_change", "llm_call"]


def test_a_session_without_hooks_is_pushed_as_ever(world):
    world.push(*TRANSCRIPT)
    plain = world.kinds()
    assert Counter(plain)["tool_call"] == 1
    assert "hooks" not in sound(world.store, SESSION)[0].counters


# A session in the order in which Claude Code writes lines and runs hooks.
STEPS: list[tuple[str, Any]] = [
    ("hook", ("SessionStart", {})),
    ("hook", ("UserPromptSubmit", {})),
    ("line", TRANSCRIPT[0]),
    ("line", TRANSCRIPT[1]),
    ("hook", ("PreToolUse", {})),
    ("hook", ("PostToolUse", {})),
    ("line", TRANSCRIPT[2]),
    ("line", TRANSCRIPT[3]),
    ("hook", ("Stop", {})),
    ("hook", ("UserPromptSubmit", {"prompt": "Fix the test", "prompt_id": "p_2"})),
    ("line", user("u3", "Fix the test")),
    ("line", assistant("a3", text("Done."))),
    ("hook", ("Stop", {"permission_mode": "plan"})),
    ("hook", ("SessionEnd", {})),
]
LINES = [line for kind, line in STEPS if kind == "line"]


@given(
    st.sets(st.integers(0, len(STEPS))),
    st.lists(st.integers(1, 2), min_size=len(STEPS), max_size=len(STEPS)),
    st.integers(0, len(STEPS)),
)
def test_whenever_it_is_pushed_and_however_often_a_hook_is_sent(pushes, times, on):
    """Hooks may be switched on in the middle, pushes come at any moment: in the end each thing is there once."""
    world = World()
    written: list[dict[str, Any]] = []
    for at, (kind, what) in enumerate(STEPS):
        if at in pushes and written:
            world.push(*written)
        if kind == "line":
            written.append(what)
        elif at >= on:
            for _ in range(times[at]):
                world.send(what[0], **what[1])
        world.clock.advance(seconds=20)
    world.push(*LINES)
    trace, events = sound(world.store, SESSION)
    found = Counter(event.type for event in events)
    assert (found["llm_call"], found["reasoning"], trace.counters["output_tokens"]) == (3, 1, 15)
    assert (found["tool_call"], found["tool_result"], found["file_change"]) == (1, 1, 1)
    said = Counter(event.body["content"] for event in events if event.type == "user_message")
    assert said == {"Fix the test": 2}
    said = Counter(event.body["content"] for event in events if event.type == "agent_message")
    assert said == {"I will write it.": 1, "Done.": 2}
    before = world.kinds()
    world.push(*LINES)
    assert world.kinds() == before
