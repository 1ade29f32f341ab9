"""Payloads of tools, agents, retrievals and everything else that a span can be."""

from typing import Any

from .attributes import Attributes
from .messages import read as read_messages
from .model_call import input_of, model_of, output_of
from .span import Span
from .usage import usage_of
from .values import parsed

Payload = dict[str, Any]

_TOOL_NAMES = (
    "gen_ai.tool.name",
    "tool.name",
    "ai.toolCall.name",
    "tool_name",
    "mcp.tool.name",
    "traceloop.entity.name",
)
_CALL_IDS = ("gen_ai.tool.call.id", "ai.toolCall.id", "tool.id", "tool_use_id", "tool_call.id")
_INPUTS = (
    "input.value",
    "traceloop.entity.input",
    "langfuse.observation.input",
    "lk.input_text",
    "user_prompt",
    "input",
)
_OUTPUTS = ("output.value", "traceloop.entity.output", "langfuse.observation.output", "lk.response.text", "output")
_ARGUMENTS = (
    "gen_ai.tool.call.arguments",
    "ai.toolCall.args",
    "ai.toolCall.input",
    "gcp.vertex.agent.tool_call_args",
    "tool_arguments",
    "mcp.request.argument",
    *_INPUTS,
    "full_command",
)
_RESULTS = (
    "gen_ai.tool.call.result",
    "ai.toolCall.result",
    "ai.toolCall.output",
    "gcp.vertex.agent.tool_response",
    "tool_response",
    "lk.function_tool.output",
    *_OUTPUTS,
)
_AGENTS = ("gen_ai.agent.name", "agent.name", "agent_name", "traceloop.entity.name", "graph.node.name")
_PREFIXES = ("execute_tool ", "running tool: ", "invoke_agent ", "create_agent ", "agent run ")


def tool(span: Span, said: Attributes) -> tuple[Payload, Payload]:
    """The payloads of a tool_call and its tool_result. Arguments that are no object stand under `input`."""
    name = said.text(*_TOOL_NAMES) or _bare(span.name) or "tool"
    call = said.text(*_CALL_IDS) or span.span_id
    arguments = said.json(*_ARGUMENTS)
    result = said.json(*_RESULTS)
    opening: Payload = {"tool_name": name, "call_id": call}
    opening["arguments"] = (
        arguments if isinstance(arguments, dict) else {} if arguments is None else {"input": arguments}
    )
    opening |= _given(
        description=said.take("gen_ai.tool.description", "tool.description"), tool_type=said.take("gen_ai.tool.type")
    )
    return opening, {"tool_name": name, "call_id": call, "result": result}


def agent(span: Span, said: Attributes) -> tuple[Payload, Payload]:
    """The payloads of a subagent_start and its subagent_stop.

    An agent's tokens are those of its model calls, so the sum that some write on it is kept and not counted.
    """
    name = said.text(*_AGENTS) or _bare(span.name) or "agent"
    identity = said.text("gen_ai.agent.id", "agent.id")
    put_in, _ = input_of(said)
    came_out, _ = output_of(said)
    if came_out is None:
        came_out = said.json("final_result")
    opening: Payload = {"agent_type": name, "agent_id": identity or span.span_id}
    opening["description"] = said.text("gen_ai.agent.description") or span.name
    opening |= model_of(said) | _given(input=put_in, prompt=_prompt(put_in))
    usage = usage_of(said)
    closing: Payload = {"agent_id": opening["agent_id"]} | _given(output=came_out, usage=usage or None)
    return opening, closing


def retrieval(span: Span, said: Attributes) -> Payload:
    """The payload of a retrieval.

    Query, documents with their scores, and the embedding's model and tokens where said.
    """
    query = said.take("gen_ai.retrieval.query.text", "reranker.query", *_INPUTS)
    documents = said.items("retrieval.documents") or said.items("reranker.output_documents")
    listed = documents or said.json("db.query.retrieved_documents", "gen_ai.retrieval.documents")
    payload: Payload = {"name": span.name, **model_of(said), **usage_of(said)}
    payload |= {"query": query} if isinstance(query, str) else _given(input=query)
    if isinstance(listed, list):
        payload["documents"] = [_document(each) for each in listed]
    else:
        payload |= _given(output=said.json(*_OUTPUTS) if listed is None else listed)
    return payload | _given(source=said.take("gen_ai.data_source.id", "db.collection.name"))


def other(span: Span, said: Attributes) -> Payload:
    """The payload of any other step: what went in and out, and which kind of step its instrumentation calls it."""
    kind = said.text("openinference.span.kind", "traceloop.span.kind", "langfuse.observation.type", "ai.operationId")
    put_in = said.json("ai.prompt.messages", "ai.prompt", *_INPUTS)
    came_out = said.json("ai.response.text", "ai.response.object", *_OUTPUTS)
    return {"name": span.name, **model_of(said)} | _given(
        step=kind.lower() if kind else None, input=put_in, output=came_out
    )


def _given(**fields: Any) -> Payload:
    return {name: value for name, value in fields.items() if value is not None}


def _bare(name: str) -> str:
    for prefix in _PREFIXES:
        if name.startswith(prefix) and len(name) > len(prefix):
            return name[len(prefix) :]
    return name


def _prompt(put_in: Any) -> str | None:
    """What the agent was asked, as text: the last thing that a user said."""
    found = read_messages(put_in, "user") if put_in is not None else None
    spoken = [each.get("content") for each in (found[0] if found else []) if each.get("role") == "user"]
    return spoken[-1] if spoken and isinstance(spoken[-1], str) else None


def _document(value: Any) -> Payload:
    """One document as {id, content, score, source, …}, from OpenInference's `document.…` or an object of any shape."""
    if not isinstance(value, dict):
        return {"value": value} if not isinstance(value, str) else {"content": value}
    inner = value.get("document")
    flat = {
        name.removeprefix("document."): each for name, each in (inner if isinstance(inner, dict) else value).items()
    }
    if "metadata" in flat:
        flat["metadata"] = parsed(flat["metadata"])
    about = flat["metadata"] if isinstance(flat.get("metadata"), dict) else {}
    flat.setdefault("source", about.get("source"))
    for name in ("id", "content", "source"):
        if name in flat and not isinstance(flat[name], str):
            held = flat.pop(name)
            flat |= {f"{name}_value": held} if held is not None else {}
    score = flat.get("score")
    if "score" in flat and (isinstance(score, bool) or not isinstance(score, int | float)):
        flat["score_value"] = flat.pop("score")
    return flat
