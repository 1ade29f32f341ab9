"""One hook of each kind that Claude Code sends, as its documentation shows them."""

from typing import Any

COMMON = {
    "session_id": "3f2a0c1e-0000-4000-8000-000000000001",
    "transcript_path": "~/.claude/projects/-repo/3f2a0c1e.jsonl",
    "cwd": "/repo",
    "permission_mode": "default",
}
WRITE = {
    "tool_name": "Write",
    "tool_use_id": "toolu_1",
    "tool_input": {"file_path": "/repo/a.py", "content": "x = 1\n"},
}
WROTE = {"type": "create", "filePath": "/repo/a.py", "content": "x = 1\n", "structuredPatch": []}

FIELDS: dict[str, dict[str, Any]] = {
    "SessionStart": {"source": "startup", "model": "claude-opus-4-5"},
    "SessionEnd": {"reason": "prompt_input_exit"},
    "Setup": {"trigger": "init"},
    "InstructionsLoaded": {"file_path": "/repo/CLAUDE.md", "memory_type": "Project", "load_reason": "session_start"},
    "UserPromptSubmit": {"prompt": "Fix the test", "prompt_id": "p_1"},
    "UserPromptExpansion": {"expansion_type": "command", "command_name": "review", "prompt": "/review"},
    "PreToolUse": WRITE,
    "PermissionRequest": {"tool_name": "Bash", "tool_input": {"command": "rm -r x"}, "permission_suggestions": []},
    "PermissionDenied": {"tool_name": "Bash", "tool_input": {}, "tool_use_id": "toolu_2", "reason": "too dangerous"},
    "PostToolUse": {**WRITE, "tool_response": WROTE, "duration_ms": 12},
    "PostToolUseFailure": {"tool_name": "Bash", "tool_input": {}, "tool_use_id": "toolu_3", "error": "exit 1",
                           "is_interrupt": True, "duration_ms": 7},
    "PostToolBatch": {"tool_calls": [{"tool_use_id": "toolu_1"}]},
    "Notification": {"message": "Claude is waiting", "title": "Claude Code", "notification_type": "idle_prompt"},
    "SubagentStart": {"agent_id": "ag_1", "agent_type": "Explore"},
    "SubagentStop": {"agent_id": "ag_1", "agent_type": "Explore", "last_assistant_message": "Found it",
                     "agent_transcript_path": "x", "stop_hook_active": False},
    "TaskCreated": {"task_id": "7", "task_subject": "Write tests", "task_description": "All of them"},
    "TaskCompleted": {"task_id": "7", "task_subject": "Write tests", "teammate_name": "ada"},
    "TeammateIdle": {"teammate_name": "ada", "team_name": "core"},
    "Stop": {"stop_hook_active": False, "last_assistant_message": "Done.", "background_tasks": []},
    "StopFailure": {"error": "rate_limit", "error_details": "429", "last_assistant_message": "API Error: 429"},
    "PreCompact": {"trigger": "auto", "custom_instructions": ""},
    "PostCompact": {"trigger": "auto", "compact_summary": "We fixed it."},
    "ConfigChange": {"source": "project_settings", "file_path": "/repo/.claude/settings.json"},
    "CwdChanged": {"old_cwd": "/repo", "new_cwd": "/repo/sub"},
    "FileChanged": {"file_path": "/repo/.env", "event": "change"},
    "WorktreeCreate": {"name": "fix"},
    "Elicitation": {"mcp_server_name": "github", "message": "Which repository?", "mode": "form"},
    "MessageDisplay": {"turn_id": "t", "message_id": "m", "index": 0, "final": False, "delta": "Do"},
    "SomethingNew2027": {"name": "x", "phase": 3, "value": 1},
}  # fmt: skip


def hook(name: str, **said: Any) -> dict[str, Any]:
    """A hook of this name, with the fields of its sample or others."""
    return {**COMMON, "hook_event_name": name, **FIELDS.get(name, {}), **said}
