"""Which events of a transcript hooks have told already."""

from typing import Any

import pytest

from wakeline.domain.claude_code.mapping import Mapped
from wakeline.domain.claude_code.told_twice import signature, told_by_hooks


def line(number: int, *events: tuple[str, dict[str, Any]]) -> Mapped:
    """A line of a transcript, its events keyed `<number>/<n>`."""
    return Mapped(
        number,
        [{"type": kind, "payload": said, "idempotency_key": f"{number}/{n}"} for n, (kind, said) in enumerate(events)],
    )


def user(text: str) -> tuple[str, dict[str, Any]]:
    return "user_message", {"content": text}


def told(by_hooks: list[Any], lines: list[Mapped], stored: frozenset[str] = frozenset()) -> set[str]:
    events = [(each["idempotency_key"], each["type"], each["payload"]) for one in lines for each in one.events]
    return set(told_by_hooks(by_hooks, stored, events))


CALL = ("tool_call", {"tool_name": "Bash", "call_id": "t1"})
RESULT = ("tool_result", {"call_id": "t1", "result": "x"})


def test_calls_by_their_id():
    lines = [line(1, ("llm_call", {"model": "m"}), CALL), line(2, RESULT), line(3, ("tool_call", {"call_id": "t2"}))]
    assert told([CALL], lines) == {"1/1"}
    assert told([CALL, ("tool_result", {"call_id": "t1", "result": "other"})], lines) == {"1/1", "2/0"}
    assert told([], lines) == set()


def test_messages_by_what_they_say():
    lines = [line(1, user("Hi\n")), line(2, ("agent_message", {"content": "Hi"})), line(3, user("hi"))]
    assert told([user("Hi")], lines) == {"1/0"}


def test_one_for_one():
    lines = [line(n, user("continue")) for n in range(3)]
    assert told([user("continue")], lines) == {"0/0"}
    assert told([user("continue")] * 2, lines) == {"0/0", "1/0"}
    assert told([user("continue")] * 9, lines) == {"0/0", "1/0", "2/0"}


def test_what_the_transcript_told_first_is_no_twin():
    """Hooks were switched on after the first of two equal prompts, which was pushed."""
    lines = [line(n, user("continue")) for n in range(2)]
    assert told([user("continue")], lines, frozenset({"0/0"})) == {"1/0"}


@pytest.mark.parametrize("kind", ["llm_call", "reasoning", "session_start", "session_end", "custom.claude_code.x"])
def test_what_has_no_twin(kind):
    assert signature(kind, {"call_id": "t1", "content": "x"}) is None
    assert told([(kind, {"content": "x"})], [line(1, (kind, {"content": "x"}))]) == set()


def test_compactions_and_subagents():
    lines = [
        line(1, ("compaction", {"trigger": "auto", "pre_tokens": 7})),
        line(2, ("subagent_start", {"agent_type": "general-purpose"})),
        line(3, ("subagent_stop", {"call_id": "t1"})),
    ]
    hooks = [
        ("compaction", {"trigger": "auto", "phase": "start"}),
        ("compaction", {"trigger": "auto", "phase": "end"}),
        ("subagent_start", {"agent_type": "general-purpose"}),
        ("subagent_stop", {"agent_type": "general-purpose"}),
    ]
    assert told(hooks, lines) == {"1/0", "2/0", "3/0"}
