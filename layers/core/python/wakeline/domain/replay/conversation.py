"""A recorded request of a language model as a conversation that one can be asked with again."""

import json
from typing import Any

from .steps import Step

_ROLES = {"assistant": "assistant", "ai": "assistant", "model": "assistant"}
_SYSTEM = frozenset({"system", "developer"})


def conversation(request: dict[str, Any]) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """The system prompt, and messages as (role, text): user first, the two roles in turns.

    What tools said goes to the model as the user's words; anything that is no conversation is one message.
    """
    given = request.get("input", request.get("prompt"))
    held = given if isinstance(given, dict) else {}
    listed = request.get("messages") or held.get("messages") or (given if isinstance(given, list) else None)
    system = [
        _text(place.get(name)) for place in (request, held) for name in ("system", "system_prompt") if place.get(name)
    ]
    said: list[tuple[str, str]] = []
    if isinstance(listed, list) and all(isinstance(each, dict) for each in listed):
        for message in listed:
            role, text = str(message.get("role") or "user"), _text(message.get("content", message.get("text")))
            if role in _SYSTEM:
                system.append(text)
            elif text:
                said.append((_ROLES.get(role, "user"), text))
    elif given is not None:
        said.append(("user", _text(given)))
    turns: list[tuple[str, str]] = []
    for role, text in said:
        if turns and turns[-1][0] == role:
            turns[-1] = role, f"{turns[-1][1]}\n\n{text}"
        else:
            turns.append((role, text))
    if not turns or turns[0][0] != "user":
        turns.insert(0, ("user", "(the conversation so far)"))
    return "\n\n".join(filter(None, system)) or None, tuple(turns)


def parameters(step: Step, request: dict[str, Any]) -> dict[str, Any]:
    """What the call is set to: temperature and the like, wherever the record has them."""
    given = request.get("input")
    places = [given if isinstance(given, dict) else {}, step.fields, request]
    found: dict[str, Any] = {}
    for place in places:
        for name in ("temperature", "top_p", "max_tokens", "stop_sequences", "stop"):
            if place.get(name) is not None:
                found[name] = place[name]
        if isinstance(place.get("parameters"), dict):
            found |= place["parameters"]
    return found


def _text(content: Any) -> str:
    """Content as text: text blocks joined, anything else as JSON."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list) and content and all(isinstance(block, dict) for block in content):
        parts = [block["text"] if isinstance(block.get("text"), str) else _json(block) for block in content]
        return "\n".join(parts)
    return _json(content)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
