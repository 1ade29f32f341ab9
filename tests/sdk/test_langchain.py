"""LangChain's own runnables with our callback: kinds, nesting, tokens."""

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool

import wakeline_sdk as wakeline
from wakeline_sdk.langchain import WakelineCallback


@tool
def book(guests: int) -> str:
    """Book a table."""
    if guests > 10:
        raise ValueError("too many")
    return f"a table for {guests}"


def test_a_chain_of_a_model_and_a_tool(start, server):
    start()
    usage = {"input_tokens": 120, "output_tokens": 5, "total_tokens": 125, "input_token_details": {"cache_read": 100}}
    said = AIMessage("2", usage_metadata=usage, response_metadata={"model_name": "gpt-4o"})
    model = GenericFakeChatModel(messages=iter([said]))

    def arguments(answer: AIMessage) -> dict[str, int]:
        return {"guests": int(str(answer.content))}

    chain = model | RunnableLambda(arguments) | book
    with wakeline.trace("run"):
        assert chain.invoke("a table", config={"callbacks": [WakelineCallback()]}) == "a table for 2"
    assert wakeline.flush()
    events = server.all_events()
    started = {
        e["payload"].get("name") or e["payload"].get("tool_name"): e
        for e in events
        if e["payload"].get("phase") == "start"
    }
    assert started["book"]["type"] == "tool_call"
    assert started["book"]["parent_id"] == started["RunnableSequence"]["span_id"]
    (answered,) = [e["payload"] for e in events if e["type"] == "llm_call" and e["payload"]["phase"] == "end"]
    assert (answered["input_tokens"], answered["cache_read_tokens"], answered["output_tokens"]) == (20, 100, 5)
    assert answered["model"] == "gpt-4o"
    (result,) = [e["payload"] for e in events if e["type"] == "tool_result"]
    assert result["result"] == "a table for 2"


def test_a_tool_that_fails(start, server):
    start()
    with wakeline.trace("run"), pytest.raises(ValueError, match="too many"):
        book.invoke({"guests": 11}, config={"callbacks": [WakelineCallback()]})
    assert wakeline.flush()
    (result,) = [e["payload"] for e in server.all_events() if e["type"] == "tool_result"]
    assert result["error"] == "ValueError: too many"
