"""Messages to and from a model, from the spellings that instrumentations use to one:

    {role, content? (text), tool_calls? [{id, name, arguments}], tool_call_id?, parts? (what is neither), …}

Sources: OpenTelemetry GenAI (parts), its deprecated events and attributes, OpenInference (flattened), and the bodies
of the OpenAI, Anthropic and Vercel AI libraries that end up in `input.value` and its like.
"""

from typing import Any

from .values import parsed

_TEXT = frozenset({"text", "input_text", "output_text"})
_CALL = frozenset({"tool_call", "tool-call", "tool_use", "function_call", "function"})
_RESPONSE = frozenset({"tool_call_response", "tool-result", "tool_result"})

Messages = list[dict[str, Any]]


def read(value: Any, role: str) -> tuple[Messages, str | None] | None:
    """The messages that a value holds, and why the model stopped if that is said; None when it does not look like
    messages.

    `role` is whose message it is when a value is one text, or an object that does not say.
    """
    value = parsed(value)
    if isinstance(value, str):
        return [{"role": role, "content": value}], None
    if isinstance(value, list):
        if len(value) == 1 and isinstance(value[0], list):
            value = value[0]
        if value and all(_looks_like_message(each) for each in value):
            return _all(value, role)
        return None
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("messages"), list):
        return read(value["messages"], role)
    if isinstance(value.get("choices"), list):
        chosen = [each for each in value["choices"] if isinstance(each, dict) and isinstance(each.get("message"), dict)]
        found = [normal(choice["message"], role)[0] for choice in chosen]
        return (found, _reason(chosen[0])) if chosen else None
    if isinstance(value.get("content"), dict) and "parts" in value["content"]:
        # Google's: role and parts one level down, the reason beside them.
        return [normal(value["content"], role)[0]], _reason(value)
    if _looks_like_message(value) or isinstance(value.get("text"), str):
        message, why = normal(value, role)
        return [message], why
    return None


def _all(values: list[dict[str, Any]], role: str) -> tuple[Messages, str | None]:
    read_ones = [normal(each, role) for each in values]
    return [message for message, _ in read_ones], next((why for _, why in read_ones if why), None)


def _looks_like_message(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("role"), str) and bool(value.keys() & _BODY)


_BODY = frozenset({"content", "parts", "tool_calls", "contents", "role", "function_call"})


def _reason(said: dict[str, Any]) -> str | None:
    why = next((said[name] for name in ("finish_reason", "finishReason", "stop_reason") if name in said), None)
    return why if isinstance(why, str) and why else None


def normal(said: dict[str, Any], role: str) -> tuple[dict[str, Any], str | None]:
    """One message, and the finish reason that it bears. What is not understood stays in it under its own name."""
    why = _reason(said)
    rest = {name: each for name, each in said.items() if name not in _READ}
    message: dict[str, Any] = {"role": said["role"] if isinstance(said.get("role"), str) else role}
    texts: list[str] = []
    calls: list[dict[str, Any]] = []
    others: list[Any] = []
    for part in _parts(said):
        _sort_part(part, message, texts, calls, others)
    for call in said.get("tool_calls") or []:
        calls.append(_call(call)) if isinstance(call, dict) else others.append(call)
    if texts:
        message["content"] = "\n".join(texts)
    if calls:
        message["tool_calls"] = calls
    if others:
        message["parts"] = others
    if said.get("tool_call_id"):
        message["tool_call_id"] = said["tool_call_id"]
    return message | rest, why


_READ = frozenset(
    {"role", "parts", "content", "contents", "text", "tool_calls", "tool_call_id"}
    | {"finish_reason", "finishReason", "stop_reason"}
)


def _parts(said: dict[str, Any]) -> list[Any]:
    parts: list[Any] = []
    for name in ("text", "content", "parts", "contents"):
        held = said.get(name)
        if held is None or held == "":
            continue
        held = parsed(held) if name != "text" and isinstance(held, str) and held.startswith("[{") else held
        parts += held if isinstance(held, list) else [held]
    return parts


def _sort_part(
    part: Any, message: dict[str, Any], texts: list[str], calls: list[dict[str, Any]], others: list[Any]
) -> None:
    if isinstance(part, str):
        texts.append(part)
        return
    if isinstance(part, dict) and isinstance(part.get("message_content"), dict):
        part = part["message_content"]
    kind = part.get("type") if isinstance(part, dict) else None
    if not isinstance(part, dict):
        others.append(part)
    elif isinstance(text := part.get("content", part.get("text")), str) and (kind in _TEXT or kind is None):
        texts.append(text)
    elif kind in _CALL or (kind is None and isinstance(part.get("function_call"), dict)):
        calls.append(_call(part.get("function_call") or part))
    elif kind in _RESPONSE and "tool_call_id" not in message:
        found = next((part[name] for name in ("id", "toolCallId", "tool_use_id") if part.get(name)), None)
        if found is not None:
            message["tool_call_id"] = found
        response = next((part[name] for name in _RESULTS if part.get(name) is not None), None)
        if isinstance(response, str):
            texts.append(response)
        elif response is not None:
            message["content"] = response
    else:
        others.append(part)


_RESULTS = ("response", "result", "output", "content")


def _call(said: dict[str, Any]) -> dict[str, Any]:
    """A call that a model asks for, as {id, name, arguments}."""
    held = said.get("tool_call")
    said = held if isinstance(held, dict) else said
    function = said.get("function")
    inner = function if isinstance(function, dict) else {}
    arguments = next(
        (each[name] for each in (said, inner) for name in ("arguments", "args", "input") if each.get(name) is not None),
        None,
    )
    call = {
        "id": next((said[name] for name in ("id", "toolCallId", "call_id") if said.get(name)), None),
        "name": next((each[name] for each in (said, inner) for name in ("name", "toolName") if each.get(name)), None),
        "arguments": parsed(arguments),
    }
    return {name: each for name, each in call.items() if each is not None}
