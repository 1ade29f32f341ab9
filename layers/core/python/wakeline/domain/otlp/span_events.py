"""Events within a span that carry what belongs into its attributes: prompts and answers, in the conventions before
1.37 and in the one event that replaced them.
"""

from typing import Any

from .attributes import Attributes
from .span import Span, SpanEvent
from .values import parsed

DETAILS = "gen_ai.client.inference.operation.details"
INPUTS = "wakeline.input_events"
OUTPUTS = "wakeline.output_events"
"""Where messages from events wait among the attributes until the model call takes them."""

_ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
_CONTENT = {"gen_ai.content.prompt": "gen_ai.prompt", "gen_ai.content.completion": "gen_ai.completion"}


def folded_in(span: Span, said: Attributes) -> list[SpanEvent]:
    """Move such events into `said`.

    Returns the others. An attribute that is there already stays, and so does the event.
    """
    said.left.pop(INPUTS, None)
    said.left.pop(OUTPUTS, None)
    others: list[SpanEvent] = []
    inputs: list[dict[str, Any]] = []
    outputs: list[dict[str, Any]] = []
    for event in span.events:
        if event.name in _ROLES:
            inputs.append({"role": _ROLES[event.name], **_message(event.attributes)})
        elif event.name == "gen_ai.choice":
            outputs.append(_choice(event.attributes))
        elif event.name == DETAILS and not event.attributes.keys() & said.left.keys():
            said.left |= event.attributes
        elif (name := _CONTENT.get(event.name)) and name in event.attributes and name not in said.left:
            said.left[name] = event.attributes[name]
        else:
            others.append(event)
    for name, messages in ((INPUTS, inputs), (OUTPUTS, outputs)):
        if messages:
            said.left[name] = messages
    return others


def _message(attributes: dict[str, Any]) -> dict[str, Any]:
    said = {name.removeprefix("gen_ai.event."): parsed(value) for name, value in attributes.items()}
    content = said.get("content")
    if isinstance(content, dict):
        # The body of a log event, put whole into one attribute.
        said = {**said, "content": None, **content}
    if isinstance(said.get("id"), str) and "tool_call_id" not in said and "tool_calls" not in said:
        said["tool_call_id"] = said.pop("id")
    return {name: each for name, each in said.items() if each is not None}


def _choice(attributes: dict[str, Any]) -> dict[str, Any]:
    said = _message(attributes)
    inner = said.pop("message", None)
    if isinstance(inner, dict):
        said |= inner
    elif isinstance(inner, str):
        said["content"] = inner
    said.pop("index", None)
    return {"role": "assistant", **said}
