"""What each of Claude Code's hooks becomes."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .content import text_of
from .file_changes import file_change
from .shape import amount, identifier, items, mapping, present, text
from .walk import SYSTEM, ToolUse

_COMMON = frozenset(
    ("session_id", "transcript_path", "cwd", "hook_event_name", "permission_mode", "prompt_id", "effort")
)
_BROKE_OFF = frozenset(("bypass_permissions_disabled", "error", "crash", "killed"))
_FILE_ACTIONS = {"add": "created", "change": "modified", "unlink": "deleted"}
_ERROR_LENGTH = 1000

Hook = dict[str, Any]


@dataclass(slots=True)
class Made:
    """An event in the making. `held`: hook field → payload field that holds its value as it came."""

    kind: str
    payload: dict[str, Any]
    held: dict[str, str] = field(default_factory=dict)
    span_id: str | None = None
    actor: dict[str, str] | None = None


def _session_start(hook: Hook) -> list[Made]:
    said = _texts(hook, "source", "model", "cwd", "permission_mode", "session_title", "agent_type")
    return [Made("session_start", said, actor=SYSTEM)]


def _session_end(hook: Hook) -> list[Made]:
    reason = text(hook.get("reason"))
    status = "failed" if reason in _BROKE_OFF else "completed"
    return [Made("session_end", {"status": status, **present(reason=reason)}, actor=SYSTEM)]


def _prompt(hook: Hook) -> list[Made]:
    prompt = hook.get("prompt")
    return [Made("user_message", {"content": prompt}, {"prompt": "content"})] if isinstance(prompt, str) else []


def _tool_of(hook: Hook) -> ToolUse:
    call = text(hook.get("tool_use_id")) or ""
    arguments = hook.get("tool_input")
    if not isinstance(arguments, dict):
        arguments = {} if arguments is None else {"value": arguments}
    return ToolUse(call, identifier(call) if call else "", text(hook.get("tool_name")), arguments)


def _called(tool: ToolUse) -> dict[str, Any]:
    return present(tool_name=tool.name, call_id=tool.span_id or None)


def _tool_call(hook: Hook) -> list[Made]:
    tool = _tool_of(hook)
    if tool.name is None:
        return []
    held = {"tool_input": "arguments"} if isinstance(hook.get("tool_input"), dict) else {}
    payload = {**_called(tool), "arguments": tool.arguments}
    return [Made("tool_call", payload, held, tool.span_id or None)]


def _tool_result(hook: Hook) -> list[Made]:
    tool = _tool_of(hook)
    response = hook.get("tool_response")
    payload = {**_called(tool), "result": response, **present(duration_ms=amount(hook.get("duration_ms")))}
    made = [Made("tool_result", payload, {"tool_response": "result"}, tool.span_id or None)]
    change = file_change(tool, response, text_of(response), set())
    if change is not None:
        made.append(Made("file_change", {**change, **present(call_id=tool.span_id or None)}))
    return made


def _tool_failure(hook: Hook) -> list[Made]:
    tool = _tool_of(hook)
    said = _said(hook.get("error")) or "failed"
    payload = {
        **_called(tool),
        "result": said,
        "error": said[:_ERROR_LENGTH],
        **present(
            duration_ms=amount(hook.get("duration_ms")),
            interrupted=True if hook.get("is_interrupt") is True else None,
        ),
    }
    return [
        Made("tool_result", payload, {"error": "result"} if said == hook.get("error") else {}, tool.span_id or None)
    ]


def _permission_denied(hook: Hook) -> list[Made]:
    """The call ends here: it was never made."""
    tool = _tool_of(hook)
    reason = _said(hook.get("reason")) or "permission denied"
    payload = {**_called(tool), "result": None, "error": reason[:_ERROR_LENGTH], "denied": True}
    return [Made("tool_result", payload, span_id=tool.span_id or None, actor=SYSTEM)]


def _permission_request(hook: Hook) -> list[Made]:
    tool = _tool_of(hook)
    message = f"permission to use {tool.name or 'a tool'} is asked for"
    payload = {"message": message, "notification_type": "permission_request", **_called(tool)}
    return [Made("notification", {**payload, "arguments": tool.arguments}, actor=SYSTEM)]


def _notification(hook: Hook) -> list[Made]:
    message = _said(hook.get("message")) or _said(hook.get("title")) or ""
    payload = {"message": message, **_texts(hook, "title", "notification_type")}
    return [Made("notification", payload, actor=SYSTEM)]


def _subagent_start(hook: Hook) -> list[Made]:
    return [Made("subagent_start", _texts(hook, "agent_type", "agent_id"), span_id=agent_span(hook.get("agent_id")))]


def _subagent_stop(hook: Hook) -> list[Made]:
    payload = {**_texts(hook, "agent_type", "agent_id"), "status": "completed"}
    said = text(hook.get("last_assistant_message"))
    payload |= present(result=said)
    held = {"last_assistant_message": "result"} if said else {}
    return [Made("subagent_stop", payload, held, agent_span(hook.get("agent_id")))]


def _compaction(phase: str) -> Callable[[Hook], list[Made]]:
    def compaction(hook: Hook) -> list[Made]:
        said = _texts(hook, "trigger", "custom_instructions")
        return [Made("compaction", {"phase": phase, **said, **present(summary=text(hook.get("compact_summary")))})]

    return compaction


def _task(kind: str) -> Callable[[Hook], list[Made]]:
    def task(hook: Hook) -> list[Made]:
        said = _texts(hook, "task_id", "teammate_name", "team_name")
        named = present(subject=text(hook.get("task_subject")), description=text(hook.get("task_description")))
        return [Made(kind, {**said, **named})]

    return task


def _stop(hook: Hook) -> list[Made]:
    said = text(hook.get("last_assistant_message"))
    background = {name: hook[name] for name in ("background_tasks", "session_crons") if items(hook.get(name))}
    rest = Made("state_change", {"name": "stop", "state": "waiting", **background}, actor=SYSTEM)
    if said is None:
        return [rest]
    return [Made("agent_message", {"content": said}), rest]


def _stop_failure(hook: Hook) -> list[Made]:
    details, kind = _said(hook.get("error_details")), _said(hook.get("error"))
    message = text(hook.get("last_assistant_message")) or details or kind or "the turn ended in an error"
    payload = {"message": message, "handled": False, **present(error_type=kind and kind[:256], details=details)}
    return [Made("error", payload, actor=SYSTEM)]


def _file_changed(hook: Hook) -> list[Made]:
    path, action = text(hook.get("file_path")), _FILE_ACTIONS.get(str(hook.get("event")))
    return [Made("file_change", {"path": path, "action": action}, actor=SYSTEM)] if path and action else []


def custom(hook: Hook) -> list[Made]:
    """A hook that is not known, or lacks what its event needs: its own fields, under its own name."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(hook["hook_event_name"])[:128]).lower()
    name = re.sub(r"[^a-z0-9]+", "_", words).strip("_")[:64] or "unnamed"
    own = {key: value for key, value in hook.items() if key not in _COMMON}
    # `phase` and `name` mean something in every payload.
    payload = {(f"{key}_" if key in ("phase", "name") else key): value for key, value in own.items()}
    held = {key: key for key in own if key in payload}
    return [Made(f"custom.claude_code.{name}", payload, held, actor=SYSTEM)]


def agent_span(agent_id: Any) -> str | None:
    """The span of a sub-agent."""
    return identifier(f"agent:{agent_id}") if text(agent_id) else None


def _texts(hook: Hook, *names: str) -> dict[str, str]:
    """The named fields that are strings and not empty."""
    return {name: hook[name] for name in names if text(hook.get(name))}


def _said(value: Any) -> str | None:
    """A string as it is; anything else that says something, as JSON."""
    if value is None or isinstance(value, str):
        return value or None
    return text(mapping(value).get("message")) or json.dumps(value, ensure_ascii=False)


MAPPINGS: dict[str, Callable[[Hook], list[Made]]] = {
    "SessionStart": _session_start,
    "SessionEnd": _session_end,
    "UserPromptSubmit": _prompt,
    "PreToolUse": _tool_call,
    "PostToolUse": _tool_result,
    "PostToolUseFailure": _tool_failure,
    "PermissionRequest": _permission_request,
    "PermissionDenied": _permission_denied,
    "Notification": _notification,
    "SubagentStart": _subagent_start,
    "SubagentStop": _subagent_stop,
    "PreCompact": _compaction("start"),
    "PostCompact": _compaction("end"),
    "TaskCreated": _task("task_started"),
    "TaskCompleted": _task("task_completed"),
    "Stop": _stop,
    "StopFailure": _stop_failure,
    "FileChanged": _file_changed,
}
