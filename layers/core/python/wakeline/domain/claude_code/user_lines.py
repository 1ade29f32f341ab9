"""Lines of type user: what a person wrote, and what tools answered."""

from typing import Any

from .content import is_text, summary_of, text_of
from .shape import items, mapping, present
from .tool_results import tool_result
from .walk import SYSTEM, Emitter, Walk

_AGENT = {"type": "agent"}


def map_user(value: dict[str, Any], walk: Walk, out: Emitter) -> None:
    """One user_message for text and media that stand together, one tool_result and what follows from it per result."""
    content = mapping(value.get("message")).get("content")
    blocks = [content] if isinstance(content, str) else items(content)
    results = [block for block in blocks if _is_result(block)]
    outcome = value.get("toolUseResult", value.get("tool_use_result"))
    waiting: list[Any] = []
    for block in blocks:
        if isinstance(block, dict) and _is_result(block):
            _message(value, waiting, out)
            waiting = []
            # The structured result does not say which call it is of; with several results in a line it is nobody's.
            tool_result(block, outcome if len(results) == 1 else None, walk, out)
        else:
            waiting.append(block)
    _message(value, waiting, out)


def _is_result(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "tool_result"


def _message(value: dict[str, Any], blocks: list[Any], out: Emitter) -> None:
    if not blocks:
        return
    media = [summary_of(block) for block in blocks if not is_text(block)]
    # `isMeta` and the SDK's `isSynthetic` mark text that Claude Code put into the user's mouth.
    is_meta = value.get("isMeta") is True or value.get("isSynthetic") is True
    is_summary = value.get("isCompactSummary") is True
    payload = {
        "content": text_of(blocks),
        **present(is_meta=is_meta or None, is_compact_summary=is_summary or None, blocks=media or None),
    }
    # On a sidechain it is the calling agent that speaks to the sub-agent.
    actor = SYSTEM if is_meta or is_summary else _AGENT if out.sidechain else None
    out.emit("user_message", payload, actor=actor)
