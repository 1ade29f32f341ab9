"""Lines of type assistant: model calls, messages, reasoning, tool calls, sub-agents."""

import re
from typing import Any

from .content import describe, is_text, text_of
from .responses import SYNTHETIC
from .shape import items, label, mapping, present, text
from .tool_results import tool_result
from .transcript import Line
from .walk import SYSTEM, Emitter, Walk

_AGENT_TOOLS = ("Task", "Agent")


def map_assistant(line: Line, value: dict[str, Any], walk: Walk, out: Emitter) -> None:
    """The llm_call, if the line adds to what is counted, then one event per content block."""
    message = mapping(value.get("message"))
    model = text(message.get("model"))
    if model is not None and model != SYNTHETIC:
        walk.model = model
    counted = walk.responses.count(value, line.key, walk.time, out.sidechain)
    if counted is not None:
        payload, added = counted
        walk.reported.counted(payload["model"], added)
        out.emit("llm_call", payload)
    content = message.get("content")
    if value.get("isApiErrorMessage") is True:
        _api_error(value, text_of(content), out)
        return
    for block in [content] if isinstance(content, str) else items(content):
        _map_block(block, model, label(message.get("id")), walk, out)


def _map_block(block: Any, model: str | None, message_id: str | None, walk: Walk, out: Emitter) -> None:
    if is_text(block):
        out.emit("agent_message", {"content": text_of([block]), **present(model=model)})
        return
    kind = label(mapping(block).get("type")) or "unknown"
    if kind == "thinking":
        out.emit("reasoning", {"content": text(block.get("thinking")) or ""})
    elif kind == "redacted_thinking":
        out.emit("reasoning", {"content": "", "redacted": True})
    elif kind.endswith("tool_use"):
        _tool_call(block, message_id, walk, out)
    elif kind.endswith("tool_result"):
        # Tools that run on the API's side, web search for one, answer inside the assistant's message.
        tool_result(block, None, walk, out)
    else:
        name = re.sub(r"[^a-z0-9_]", "_", kind.lower())[:64]
        out.emit(f"custom.claude_code.block_{name}", {"block": describe(block)})


def _tool_call(block: dict[str, Any], message_id: str | None, walk: Walk, out: Emitter) -> None:
    name = text(block.get("name")) or "unknown"
    arguments = block.get("input")
    if not isinstance(arguments, dict):
        arguments = {} if arguments is None else {"value": arguments}
    tool_id = text(block.get("id")) or f"{out.key}.{len(out.events)}"
    tool = walk.call(tool_id, name, arguments, message_id)
    if tool is None:
        return
    out.emit(
        "tool_call",
        {"tool_name": name, "arguments": arguments, "call_id": tool.span_id},
        span_id=tool.span_id,
        tool_use_id=None if tool.id == tool.span_id else label(tool.id),
    )
    if name in _AGENT_TOOLS:
        payload = present(
            description=text(arguments.get("description")),
            prompt=text(arguments.get("prompt")),
            model=text(arguments.get("model")),
        )
        agent_type = text(arguments.get("subagent_type")) or "general-purpose"
        out.emit(
            "subagent_start",
            {"agent_type": agent_type, **payload, "call_id": tool.span_id},
            span_id=walk.start_subagent(tool),
            parent_id=tool.span_id,
        )


def _api_error(value: dict[str, Any], message: str, out: Emitter) -> None:
    """What the user was shown when a request failed for good; its retries were system lines before."""
    out.emit(
        "error",
        {
            "message": message or text(value.get("error")) or "API error",
            "error_type": text(value.get("error")) or "api_error",
            "handled": False,
            **present(status=value.get("apiErrorStatus")),
        },
        actor=SYSTEM,
    )
