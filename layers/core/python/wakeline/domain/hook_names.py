"""What events are called among Claude Code's hooks: the names by which the session dashboard knows them."""

from .events import Event

NAMES = {
    "session_start": "SessionStart",
    "session_end": "SessionEnd",
    "user_message": "UserPromptSubmit",
    "tool_call": "PreToolUse",
    "tool_result": "PostToolUse",
    "subagent_start": "SubagentStart",
    "subagent_stop": "SubagentStop",
    "compaction": "PreCompact",
    "task_started": "TaskStart",
    "task_updated": "TaskUpdate",
    "task_completed": "TaskComplete",
    "trace_closed": "SessionEnd",
}
"""Every other type is a `Notification`: something happened that is no hook of its own."""


def hook_event_name(event: Event) -> str:
    """The hook's name of an event. The one that stands for a hook keeps that hook's own name."""
    said = event.metadata or {}
    own = said.get("hook_event_name") if "hook" in said else None
    if isinstance(own, str) and own:
        return own
    if event.type == "agent_message" and event.body.get("stop_reason") in ("end_turn", "stop"):
        return "Stop"
    return NAMES.get(event.type, "Notification")
