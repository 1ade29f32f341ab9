"""Which hook's name an event goes by."""

import pytest

from wakeline.domain.events import Event
from wakeline.domain.hook_names import hook_event_name


def event(kind, payload=None, metadata=None):
    return Event({"type": kind}, payload or {}, metadata, None, b"", b"", b"")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("session_start", "SessionStart"),
        ("session_end", "SessionEnd"),
        ("user_message", "UserPromptSubmit"),
        ("tool_call", "PreToolUse"),
        ("tool_result", "PostToolUse"),
        ("subagent_start", "SubagentStart"),
        ("subagent_stop", "SubagentStop"),
        ("task_started", "TaskStart"),
        ("task_updated", "TaskUpdate"),
        ("task_completed", "TaskComplete"),
        ("notification", "Notification"),
        ("agent_message", "Notification"),
        ("custom.anything", "Notification"),
    ],
)
def test_by_type(kind, name):
    assert hook_event_name(event(kind)) == name


def test_the_end_of_a_turn_is_a_stop():
    assert hook_event_name(event("agent_message", {"stop_reason": "end_turn"})) == "Stop"


def test_the_event_that_stands_for_a_hook_keeps_its_name():
    hook = {"source": "hook", "hook_event_name": "New", "hook": {"hook_event_name": "New"}}
    assert hook_event_name(event("tool_result", metadata=hook)) == "New"


def test_what_else_a_hook_tells_has_a_name_of_its_own_so_that_a_hook_shows_once():
    beside = {"source": "hook", "hook_event_name": "PostToolUse"}
    assert hook_event_name(event("file_change", metadata=beside)) == "Notification"


def test_an_erased_event_has_a_name():
    assert hook_event_name(Event({"type": "tool_call"}, None, None, None, b"", b"", b"")) == "PreToolUse"
