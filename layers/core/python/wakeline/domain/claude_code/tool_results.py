"""A tool's result, and what it tells besides: a file that changed, a sub-agent that ended."""

from typing import Any

from .content import text_of, without_media
from .file_changes import file_change
from .shape import amount, count, label, mapping, present, text
from .walk import Emitter, ToolUse, Walk, subagent_span

_ERROR_LENGTH = 1000
"""`error` says what went wrong in a line or two; `result` holds all of it."""

_LAUNCHED = "Async agent launched"

_PATH_ARGUMENTS = ("file_path", "notebook_path")


def tool_result(block: dict[str, Any], outcome: Any, walk: Walk, out: Emitter) -> None:
    """Events of one tool_result block; `outcome` is the line's structured result (`toolUseResult`), if this block's."""
    # Without an id there is no call to find; the line's own place keeps such results apart.
    tool = walk.answer(text(block.get("tool_use_id")) or f"{out.key}.{len(out.events)}")
    told = mapping(outcome)
    content = block.get("content")
    shown = text_of(content)
    error = _error(block, outcome, shown)
    duration = _duration(told)
    out.emit(
        "tool_result",
        {
            "call_id": tool.span_id,
            **present(tool_name=tool.name),
            "result": without_media(content),
            **present(error=error, duration_ms=duration, interrupted=told.get("interrupted") is True or None),
        },
        span_id=tool.span_id,
        tool_use_id=None if tool.id == tool.span_id else label(tool.id),
    )
    if error is None:
        change = file_change(tool, outcome, shown, walk.known_paths)
        if change is not None:
            out.emit("file_change", {**change, "call_id": tool.span_id}, parent_id=tool.span_id)
        walk.known_paths.update(path for name in _PATH_ARGUMENTS if (path := text(tool.arguments.get(name))))
    if walk.has_subagent(tool) and not _goes_on(told, shown):
        stop_subagent(tool, told, error, duration, walk, out)


def stop_subagent(
    tool: ToolUse, told: dict[str, Any], error: str | None, duration: float | None, walk: Walk, out: Emitter
) -> None:
    """Close a sub-agent's span. Its tokens are told, not counted: its own lines are where they are counted."""
    if not walk.stop_subagent(tool):
        return
    out.emit(
        "subagent_stop",
        {
            **present(agent_type=text(tool.arguments.get("subagent_type")), agent_id=text(told.get("agentId"))),
            "call_id": tool.span_id,
            "status": text(told.get("status")) or ("failed" if error else "completed"),
            **present(
                tokens=count(told.get("totalTokens")),
                tool_calls=count(told.get("totalToolUseCount")),
                duration_ms=duration,
                error=error,
            ),
        },
        span_id=subagent_span(tool),
        parent_id=tool.span_id,
    )


def _error(block: dict[str, Any], outcome: Any, shown: str) -> str | None:
    if isinstance(outcome, str) and outcome.startswith("Error"):
        return outcome[:_ERROR_LENGTH]
    if block.get("is_error") is True:
        return shown[:_ERROR_LENGTH] or "error"
    error = text(mapping(outcome).get("error"))
    return error[:_ERROR_LENGTH] if error else None


def _duration(told: dict[str, Any]) -> float | None:
    for name, factor in (("durationMs", 1), ("totalDurationMs", 1), ("durationSeconds", 1000)):
        value = amount(told.get(name))
        if value is not None:
            return value * factor
    return None


def _goes_on(told: dict[str, Any], shown: str) -> bool:
    """Whether the result only says that the agent was started in the background."""
    return told.get("status") == "async_launched" or told.get("isAsync") is True or shown.startswith(_LAUNCHED)
