"""LangChain and LangGraph: `WakelineCallback()` in `callbacks` makes each run spans of the running trace."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler

from .encode import plain
from .state import quietly
from .tracing import Span


class WakelineCallback(BaseCallbackHandler):
    """Chains become agent steps, model calls llm_call, tools tool_call, retrievers retrieval. Nested as they ran."""

    run_inline = True
    """In the caller's context, so that the running trace is known."""

    def __init__(self) -> None:
        self._open: dict[UUID, Span] = {}

    # -- Beginnings

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: UUID, **about: Any) -> None:
        self._begin(run_id, about, "action", _name(serialized, about, "chain"), inputs)

    def on_llm_start(self, serialized: Any, prompts: list[str], *, run_id: UUID, **about: Any) -> None:
        self._begin(run_id, about, "llm_call", _name(serialized, about, "llm"), prompts)

    def on_chat_model_start(self, serialized: Any, messages: Any, *, run_id: UUID, **about: Any) -> None:
        said = [[{"role": each.type, "content": each.content} for each in batch] for batch in messages]
        self._begin(run_id, about, "llm_call", _name(serialized, about, "chat"), said)

    def on_tool_start(self, serialized: Any, input_str: str, *, run_id: UUID, **about: Any) -> None:
        self._begin(run_id, about, "tool_call", _name(serialized, about, "tool"), about.get("inputs") or input_str)

    def on_retriever_start(self, serialized: Any, query: str, *, run_id: UUID, **about: Any) -> None:
        self._begin(run_id, about, "retrieval", _name(serialized, about, "retriever"), query)

    # -- Ends

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **_: Any) -> None:
        self._end(run_id, outputs)

    def on_tool_end(self, output: Any, *, run_id: UUID, **_: Any) -> None:
        self._end(run_id, getattr(output, "content", output))

    def on_retriever_end(self, documents: Any, *, run_id: UUID, **_: Any) -> None:
        self._end(run_id, [{"content": each.page_content, "metadata": each.metadata} for each in documents])

    def on_llm_end(self, response: Any, *, run_id: UUID, **_: Any) -> None:
        span = self._open.get(run_id)
        if span is not None:
            _read_usage(span, response)
        self._end(run_id, [[each.text for each in batch] for batch in response.generations])

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        self._fail(run_id, error)

    on_llm_error = on_tool_error = on_retriever_error = on_chain_error

    @quietly
    def _begin(self, run_id: UUID, about: dict[str, Any], kind: str, name: str, given: Any) -> None:
        asked = about.get("invocation_params") or {}
        model = asked.get("model") or asked.get("model_name") if kind == "llm_call" else None
        span = Span(name, kind=kind, input=plain(given), model=model)
        parent = self._open.get(about.get("parent_run_id") or run_id)
        span.begin(parent)
        self._open[run_id] = span

    @quietly
    def _end(self, run_id: UUID, output: Any) -> None:
        span = self._open.pop(run_id, None)
        if span is not None:
            span.output = plain(output)
            span.end()

    @quietly
    def _fail(self, run_id: UUID, error: BaseException) -> None:
        span = self._open.pop(run_id, None)
        if span is not None:
            span.error = f"{type(error).__name__}: {error}"[:4000]
            span.end()


def _name(serialized: Any, about: dict[str, Any], otherwise: str) -> str:
    return about.get("name") or (serialized or {}).get("name") or otherwise


@quietly
def _read_usage(span: Span, response: Any) -> None:
    """LangChain's `usage_metadata`: its input tokens include cached ones."""
    message = getattr(response.generations[0][0], "message", None)
    usage = getattr(message, "usage_metadata", None) or {}
    about = getattr(message, "response_metadata", None) or {}
    span.model = about.get("model_name") or about.get("model") or span.model
    if not usage:
        return
    details = usage.get("input_token_details") or {}
    read, written = details.get("cache_read") or 0, details.get("cache_creation") or 0
    span.usage = {
        "input_tokens": usage.get("input_tokens", 0) - read - written,
        "output_tokens": usage["output_tokens"],
    }
    span.usage |= {"cache_read_tokens": read} if read else {}
    span.usage |= {"cache_write_tokens": written} if written else {}
