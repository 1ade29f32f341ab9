"""Whatever a span says, its events are valid, and nothing raises."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.otlp.made import mapped, span
from wakeline.domain.canonical import canonical
from wakeline.domain.otlp import kinds, metadata, model_call, steps, usage
from wakeline.domain.otlp.facts import facts_of
from wakeline.domain.otlp.span import Source, SpanEvent
from wakeline.domain.otlp.values import clean, moment, number, parsed
from wakeline.domain.times import normalise
from wakeline.domain.trace import new_trace

NAMES = sorted(
    {
        name
        for module in (kinds, metadata, model_call, steps, usage)
        for value in vars(module).values()
        if isinstance(value, tuple)
        for name in value
        if isinstance(name, str)
    }
    | {f"llm.input_messages.{n}.message.{part}" for n in (0, 1, "x") for part in ("role", "content", "tool_calls.0.a")}
    | {
        "gen_ai.prompt.0.content",
        "gen_ai.prompt.0",
        "retrieval.documents.0.document.score",
        "llm.tools.0.tool",
        "events",
    }
    | {"gen_ai.operation.name", "openinference.span.kind", "langfuse.observation.type", "ai.operationId", "error.type"}
)
JSON_TEXTS = st.sampled_from(
    [
        '{"a": 1e999}',
        "[" * 100 + "]" * 100,
        '{"messages": [[{"role": 1}]]}',
        '[{"role": "user", "parts": [3, null]}]',
        '{"choices": [{"message": {"content": [{"type": "tool_use"}]}}]}',
        '{"n": 99999999999999999999}',
        '[{"event.name": "gen_ai.choice"}]',
        "{",
        "[]",
        "chat",
        "execute_tool",
        "invoke_agent",
        "TOOL",
        "generation",
        "ai.toolCall",
    ]
)
SCALARS: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8) | JSON_TEXTS
)
SCALARS |= st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
ATTRIBUTES = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=12), VALUES, max_size=12)
EVENT_NAMES = st.sampled_from(
    ["exception", "gen_ai.choice", "gen_ai.user.message", "gen_ai.client.inference.operation.details", "log"]
)
TIMES = st.sampled_from([0, 1, 10**9, 1_795_000_000_123_456_789, 2**64 - 1])
SPANS = st.builds(
    span,
    st.sampled_from(["", "chat", "claude_code.tool", "execute_tool ", "invoke_agent x"]) | st.text(max_size=5),
    ATTRIBUTES,
    parent_id=st.none() | st.just("ab" * 8),
    kind=st.integers(0, 9),
    start=TIMES,
    end=TIMES,
    status=st.integers(0, 3),
    status_message=st.text(max_size=3),
    events=st.lists(st.builds(SpanEvent, EVENT_NAMES | st.text(max_size=3), TIMES, ATTRIBUTES), max_size=3),
    source=st.builds(Source, ATTRIBUTES, ATTRIBUTES),
)


@given(SPANS)
def test_any_span_gives_valid_events(of):
    events = mapped(of)
    for event in events:
        canonical({"metadata": event.get("metadata"), "payload": event["payload"]})
    keys = [event["idempotency_key"] for event in events]
    assert len(set(keys)) == len(keys)
    assert all(key[:16] == of.span_id for key in keys)
    assert (events[-1]["type"] == "session_end") == (of.parent_id is None)


@given(st.lists(SPANS, min_size=1, max_size=3))
def test_any_spans_can_begin_a_trace(spans):
    facts = {"started_at": "2026-03-21T10:00:00.000Z"} | facts_of(spans, {"session_id": "s" * 600})
    new_trace("ws", spans[0].trace_id, project_id="p", created_at="2026-03-21T10:00:00.000Z", created_by="k", **facts)


@given(st.text(max_size=30) | JSON_TEXTS)
def test_any_text_parses_to_what_has_a_canonical_form(text):
    canonical([parsed(text)])


@given(st.integers() | st.floats())
def test_any_number_has_a_canonical_form(value):
    canonical([number(value), clean({"a": [value]})])


@given(st.integers(1, 4 * 10**18))
def test_moments_are_spelt_canonically(nanoseconds):
    said = moment(nanoseconds)
    assert said is not None
    assert normalise(said) == said
