"""Hooks beside a pushed transcript: whoever tells an event first is kept, nothing is told twice."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.checking import sound
from tests.unit.domain.claude_code.hook_samples import hook
from tests.unit.services.hook_world import SESSION, World


@pytest.fixture
def world() -> World:
    return World()


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
