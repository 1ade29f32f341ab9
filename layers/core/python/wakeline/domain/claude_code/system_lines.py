"""Lines of type system: sessions that start, compactions, retries, timings, background tasks."""

import re
from typing import Any

from .shape import amount, count, items, label, mapping, present, text
from .tool_results import stop_subagent
from .walk import SYSTEM, Emitter, Walk


def map_system(value: dict[str, Any], walk: Walk, out: Emitter) -> None:
    """The event a system line stands for; a subtype without one is kept whole."""
    subtype = label(value.get("subtype")) or "none"
    if subtype == "init":
        _session_start(value, walk, out)
    elif subtype == "compact_boundary":
        out.emit("compaction", _compaction(value), actor=SYSTEM)
    elif subtype in ("api_error", "api_retry"):
        out.emit("error", _retried(value), actor=SYSTEM)
    elif subtype == "turn_duration" and amount(value.get("durationMs")) is not None:
        metric = {"name": subtype, "value": value["durationMs"], "unit": "ms"}
        out.emit("metric", {**metric, **present(message_count=count(value.get("messageCount")))}, actor=SYSTEM)
    elif subtype == "task_notification":
        _task_notification(value, walk, out)
    elif subtype == "local_command":
        out.emit("custom.claude_code.local_command", {"line": value}, actor=SYSTEM)
    else:
        name = re.sub(r"[^a-z0-9_]", "_", subtype.lower())[:64]
        out.emit(f"custom.claude_code.system_{name}", {"line": value}, actor=SYSTEM)


def _session_start(value: dict[str, Any], walk: Walk, out: Emitter) -> None:
    """A later start in the same stream goes on with the session, for a message that came when it was idle."""
    model = text(value.get("model"))
    walk.model = model or walk.model
    payload = {
        "source": "resume" if walk.started else "startup",
        **present(
            model=model,
            cwd=text(value.get("cwd")),
            session_id=text(value.get("session_id")),
            version=text(value.get("claude_code_version")),
            permission_mode=text(value.get("permissionMode")),
            output_style=text(value.get("output_style")),
            api_key_source=text(value.get("apiKeySource")),
        ),
        **{
            name: items(value[name])
            for name in ("tools", "mcp_servers", "agents", "skills", "plugins")
            if value.get(name)
        },
    }
    walk.started = True
    out.emit("session_start", payload, actor=SYSTEM)


def _compaction(value: dict[str, Any]) -> dict[str, Any]:
    """On disk the numbers are in camel case, in stream-json in snake case."""
    told = {**mapping(value.get("compact_metadata")), **mapping(value.get("compactMetadata"))}

    def either(camel: str, snake: str) -> Any:
        return told.get(camel, told.get(snake))

    return {
        "trigger": "manual" if told.get("trigger") == "manual" else "auto",
        **present(
            pre_tokens=count(either("preTokens", "pre_tokens")),
            post_tokens=count(either("postTokens", "post_tokens")),
            duration_ms=amount(either("durationMs", "duration_ms")),
            message=text(value.get("content")),
        ),
    }


def _retried(value: dict[str, Any]) -> dict[str, Any]:
    """A request that failed and was tried again."""
    error = value.get("error")
    body = mapping(error)
    inner = mapping(body.get("error"))
    innermost = mapping(inner.get("error"))
    cause = mapping(value.get("cause"))
    told = (innermost.get("message"), inner.get("message"), body.get("message"), error)
    causes = (cause.get("message"), cause.get("code"))
    message = next((found for candidate in (*told, *causes) if (found := text(candidate))), "API error")
    return {
        "message": message,
        "error_type": text(innermost.get("type")) or text(inner.get("type")) or "api_error",
        "handled": True,
        **present(
            status=count(body.get("status", value.get("error_status"))),
            attempt=count(value.get("retryAttempt", value.get("attempt"))),
            max_retries=count(value.get("maxRetries", value.get("max_retries"))),
            retry_in_ms=amount(value.get("retryInMs", value.get("retry_delay_ms"))),
        ),
    }


def _task_notification(value: dict[str, Any], walk: Walk, out: Emitter) -> None:
    """A background task ended; if it was a sub-agent, that is its end too."""
    status = text(value.get("status"))
    message = text(value.get("summary")) or f"background task {status or 'changed'}"
    out.emit(
        "notification",
        {"message": message, **present(task_id=text(value.get("task_id")), status=status)},
        actor=SYSTEM,
    )
    tool_id = text(value.get("tool_use_id"))
    tool = walk.last_call(tool_id) if tool_id else None
    if tool is not None:
        told = present(status=status, agentId=value.get("task_id"))
        stop_subagent(tool, told, message if status == "failed" else None, None, walk, out)
