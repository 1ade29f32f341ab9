"""Which kind of step a span is, from whatever its instrumentation says of that."""

from typing import Literal

from .attributes import Attributes
from .span_events import INPUTS, OUTPUTS

Kind = Literal["llm", "embedding", "tool", "agent", "retrieval", "other"]

_OPERATIONS: dict[str, Kind] = {
    "chat": "llm",
    "completion": "llm",
    "text_completion": "llm",
    "generate_content": "llm",
    "embeddings": "embedding",
    "embedding": "embedding",
    "retrieval": "retrieval",
    "rerank": "retrieval",
    "execute_tool": "tool",
    "create_agent": "agent",
    "invoke_agent": "agent",
}
_OPENINFERENCE: dict[str, Kind] = {
    "llm": "llm",
    "embedding": "embedding",
    "tool": "tool",
    "agent": "agent",
    "retriever": "retrieval",
    "reranker": "retrieval",
    "chain": "other",
    "guardrail": "other",
    "evaluator": "other",
    "prompt": "other",
}
_LANGFUSE: dict[str, Kind] = {
    "generation": "llm",
    "embedding": "embedding",
    "tool": "tool",
    "agent": "agent",
    "retriever": "retrieval",
    "chain": "other",
    "guardrail": "other",
    "evaluator": "other",
}
_TRACELOOP: dict[str, Kind] = {"tool": "tool", "agent": "agent", "task": "other", "workflow": "other"}
_CLAUDE_CODE: dict[str, Kind] = {"llm_request": "llm", "tool": "tool"}
_TOOL_MARKS = (
    "gen_ai.tool.name",
    "gen_ai.tool.call.id",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "tool.name",
    "ai.toolCall.name",
    "gcp.vertex.agent.tool_call_args",
    "gcp.vertex.agent.tool_response",
    "tool_arguments",
    "tool_response",
    "lk.function_tool.output",
)
_LLM_MARKS = (
    "gen_ai.request.",
    "gen_ai.response.",
    "gen_ai.usage.",
    "gen_ai.prompt",
    "gen_ai.completion",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system",
    "gen_ai.provider.name",
    "llm.model_name",
    "llm.input_messages.",
    "llm.output_messages.",
    "llm.token_count.",
    "llm.request.type",
    "langfuse.observation.model.name",
    INPUTS,
    OUTPUTS,
)
_RETRIEVAL_MARKS = ("retrieval.documents.", "reranker.output_documents.", "db.query.retrieved_documents")


def kind_of(said: Attributes, name: str) -> Kind:
    """The kind of a span. What an instrumentation states goes before what attributes suggest; Langfuse's word goes
    first, since people set it by hand.
    """
    return _stated(said, name) or _suggested(said)


def _stated(said: Attributes, name: str) -> Kind | None:
    for attribute, kinds in (
        ("langfuse.observation.type", _LANGFUSE),
        ("gen_ai.operation.name", _OPERATIONS),
        ("openinference.span.kind", _OPENINFERENCE),
        ("traceloop.span.kind", _TRACELOOP),
        ("llm.request.type", _OPERATIONS),
    ):
        value = said.left.get(attribute)
        if isinstance(value, str) and (found := kinds.get(value.lower())):
            return found
    return _vercel(said) or _claude_code(name)


def _vercel(said: Attributes) -> Kind | None:
    """The Vercel AI library: `ai.generateText` is the run, `ai.generateText.doGenerate` each call of the model in it.

    Both bear the tokens, so only the inner one is counted as a call; an outer one is when it has a model in GenAI's
    own words.
    """
    operation = str(said.see("ai.operationId", "operation.name") or "").split(" ")[0]
    if not operation.startswith("ai."):
        return None
    if operation.startswith("ai.toolCall"):
        return "tool"
    if operation.endswith((".doEmbed", ".doRerank")):
        return "embedding" if operation.endswith(".doEmbed") else "retrieval"
    if operation.endswith((".doGenerate", ".doStream")):
        return "llm"
    return "llm" if said.see("gen_ai.response.model", "gen_ai.request.model") else "other"


def _claude_code(name: str) -> Kind | None:
    if name.startswith("claude_code."):
        return _CLAUDE_CODE.get(name.removeprefix("claude_code."), "other")
    return None


def _suggested(said: Attributes) -> Kind:
    left = said.left
    if any(mark in left for mark in _TOOL_MARKS):
        return "tool"
    if any(name.startswith(_RETRIEVAL_MARKS) for name in left):
        return "retrieval"
    if any(name.startswith(_LLM_MARKS) for name in left):
        return "llm"
    if said.see("gen_ai.agent.name", "agent.name", "agent_name"):
        return "agent"
    return "other"
