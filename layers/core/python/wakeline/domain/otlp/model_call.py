"""Calls of a language model, and embeddings: the payload of an llm_call."""

from typing import Any

from . import messages
from .attributes import Attributes
from .messages import Messages
from .span import Span
from .span_events import INPUTS, OUTPUTS
from .usage import usage_of
from .values import parsed

MODELS = (
    "gen_ai.response.model",
    "gen_ai.request.model",
    "llm.model_name",
    "langfuse.observation.model.name",
    "llm.response.model",
    "llm.request.model",
    "embedding.model_name",
    "reranker.model_name",
    "ai.response.model",
    "ai.model.id",
    "model",
)
_PROVIDERS = ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider")
_RESPONSE_IDS = ("gen_ai.response.id", "ai.response.id", "llm.response.id")
_FINISH = (
    "gen_ai.response.finish_reasons",
    "llm.finish_reason",
    "llm.response.finish_reason",
    "ai.response.finishReason",
)
_INPUTS = (
    "gen_ai.input.messages",
    "gen_ai.prompt",
    "ai.prompt.messages",
    "ai.prompt",
    INPUTS,
    "input.value",
    "traceloop.entity.input",
    "gcp.vertex.agent.llm_request",
    "langfuse.observation.input",
    "lk.input_text",
    "input",
)
_OUTPUTS = (
    "gen_ai.output.messages",
    "gen_ai.completion",
    OUTPUTS,
    "ai.response.text",
    "output.value",
    "traceloop.entity.output",
    "gcp.vertex.agent.llm_response",
    "langfuse.observation.output",
    "lk.response.text",
    "output",
)
_TOOLS = ("gen_ai.tool.definitions", "ai.prompt.tools", "llm.request.functions")
_EMBEDDED = ("ai.value", "ai.values", "embedding.text")


def payload_of(span: Span, said: Attributes, kind: str) -> dict[str, Any]:
    """The payload of an llm_call.

    Model, provider, tokens, cost, messages, parameters. A model that nobody names is `unknown`.
    """
    asked = said.see("gen_ai.request.model", "llm.request.model")
    payload: dict[str, Any] = {"name": span.name, **model_of(said)}
    payload.setdefault("model", _google_model(said) or "unknown")
    if isinstance(asked, str) and asked != payload["model"]:
        payload["request_model"] = said.take("gen_ai.request.model", "llm.request.model")
    payload |= usage_of(said)
    response = said.text(*_RESPONSE_IDS)
    request = said.text("request_id")
    inputs, _ = input_of(said)
    outputs, why = output_of(said)
    given = {
        "operation": "embeddings" if kind == "embedding" else said.text("gen_ai.operation.name"),
        "response_id": response,
        "request_id": request,
        "input": said.json(*_EMBEDDED) if inputs is None and kind == "embedding" else inputs,
        "output": outputs,
        "stop_reason": _finish(said) or why,
        "parameters": _parameters(said),
        "tools": _tools(said),
    }
    return payload | {name: value for name, value in given.items() if value is not None}


def model_of(said: Attributes) -> dict[str, str]:
    """`model` and `provider`, where they are said."""
    found = {"model": said.text(*MODELS), "provider": said.text(*_PROVIDERS)}
    return {name: value for name, value in found.items() if value is not None}


def _google_model(said: Attributes) -> str | None:
    response = parsed(said.see("gcp.vertex.agent.llm_response"))
    named = response.get("model_version") if isinstance(response, dict) else None
    return named if isinstance(named, str) and named else None


def input_of(said: Attributes) -> tuple[Any, str | None]:
    """What went in: messages where it can be read as such, else the value as it is."""
    found = _flattened(said, ("llm.input_messages", "gen_ai.prompt"), "user") or _logged(said)
    if found is None:
        found = _spelt(said, _INPUTS, "user")
    system = said.json("gen_ai.system_instructions", "ai.prompt.system")
    if system is not None and isinstance(found[0], list):
        message, _ = messages.normal({"role": "system", "content": system}, "system")
        return [message, *found[0]], found[1]
    return found


def output_of(said: Attributes) -> tuple[Any, str | None]:
    """What came out, as `input_of`, and why the model stopped."""
    found = _flattened(said, ("llm.output_messages", "gen_ai.completion"), "assistant")
    if found is None:
        found = _spelt(said, _OUTPUTS, "assistant")
    elif found[1] is None:
        # The flattened form has no place for the finish reason; the raw response beside it has.
        raw = messages.read(said.see("output.value"), "assistant")
        found = (found[0], raw[1] if raw else None)
    calls = said.json("ai.response.toolCalls")
    if isinstance(calls, list) and (found[0] is None or isinstance(found[0], list)):
        asking, _ = messages.normal({"role": "assistant", "tool_calls": calls}, "assistant")
        spoken: Messages = found[0] or []
        spoken = [*spoken[:-1], {**spoken[-1], **asking}] if spoken else [asking]
        return spoken, found[1]
    return found


def _flattened(said: Attributes, prefixes: tuple[str, ...], role: str) -> tuple[Messages, str | None] | None:
    for prefix in prefixes:
        items = [each for each in said.items(prefix) if isinstance(each, dict)]
        if items:
            read = [messages.normal(_unwrapped(each), role) for each in items]
            return [message for message, _ in read], next((why for _, why in read if why), None)
    return None


def _unwrapped(item: dict[str, Any]) -> dict[str, Any]:
    """OpenInference puts each message under `message`, and what stands beside it is kept in it."""
    inner = item.get("message")
    if not isinstance(inner, dict):
        return item
    return {**{name: each for name, each in item.items() if name != "message"}, **inner}


def _logged(said: Attributes) -> tuple[Messages, str | None] | None:
    """Logfire keeps the events of a call as one JSON list; the answer is its last, `gen_ai.choice`."""
    events = parsed(said.see("events", "all_messages_events"))
    if not isinstance(events, list) or not all(isinstance(each, dict) and "event.name" in each for each in events):
        return None
    said.take("events", "all_messages_events")
    asked: Messages = []
    for event in events:
        body = {name: each for name, each in event.items() if name not in ("event.name", "gen_ai.message.index")}
        if event["event.name"] == "gen_ai.choice":
            inner = body.pop("message", None)
            said.left.setdefault(OUTPUTS, [{**body, **(inner if isinstance(inner, dict) else {"content": inner})}])
        else:
            role = str(event["event.name"]).removeprefix("gen_ai.").removesuffix(".message")
            asked.append(messages.normal(body, role)[0])
    return asked, None


def _spelt(said: Attributes, names: tuple[str, ...], role: str) -> tuple[Any, str | None]:
    value = said.take(*names)
    if value is None:
        return None, None
    return messages.read(value, role) or (parsed(value), None)


def _finish(said: Attributes) -> str | None:
    value = said.take(*_FINISH)
    value = parsed(value)
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, str) and each), None)
    return value if isinstance(value, str) else None


_PARAMETERS = (
    "max_tokens",
    "temperature",
    "top_p",
    "top_k",
    "frequency_penalty",
    "presence_penalty",
    "seed",
    "stop_sequences",
    "choice.count",
    "reasoning_effort",
)


def _parameters(said: Attributes) -> Any:
    given: dict[str, Any] = {}
    for name in _PARAMETERS:
        value = said.take(f"gen_ai.request.{name}")
        if value is not None:
            given[name] = value
    whole = said.json("llm.invocation_parameters", "langfuse.observation.model.parameters", "model_parameters")
    if isinstance(whole, dict):
        return {**whole, **given} or None
    return given | ({"value": whole} if whole is not None else {}) or None


def _tools(said: Attributes) -> Any:
    flattened = said.items("llm.tools")
    if flattened:
        held = ((each.get("tool") if isinstance(each, dict) else None) or each for each in flattened)
        return [parsed(each.get("json_schema", each)) if isinstance(each, dict) else each for each in held]
    return said.json(*_TOOLS)
