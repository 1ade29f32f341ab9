"""Runs to replay: written by hand, made by hypothesis, and the real ones beside the repository."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from wakeline.domain.events import NewEvent

REAL = Path(__file__).parents[5] / "shared" / "data"
AT = "2026-03-21T10:00:00.000Z"
LATER = "2026-03-21T10:00:02.000Z"


def event(kind: str, span_id: str | None = None, at: str = AT, **payload: Any) -> NewEvent:
    return NewEvent(type=kind, span_id=span_id, timestamp=at, payload=payload)


def llm(span_id: str, asked: Any, said: Any, name: str = "plan", **measured: Any) -> list[NewEvent]:
    """A language model's call as a span."""
    return [
        event("llm_call", span_id, model="m-1", name=name, input=asked, phase="start"),
        event("llm_call", span_id, LATER, model="m-1", name=name, output=said, phase="end", **measured),
    ]


def tool(span_id: str, arguments: Any, result: Any, name: str = "search", **said: Any) -> list[NewEvent]:
    """A tool's call and its result."""
    return [
        event("tool_call", span_id, tool_name=name, arguments=arguments, call_id=span_id),
        event("tool_result", span_id, LATER, tool_name=name, result=result, call_id=span_id, **said),
    ]


def flight() -> list[NewEvent]:
    """A model asks a tool for the price, and answers with what the tool said."""
    return [
        event("user_message", content="What does the flight cost?"),
        *llm("s1", [{"role": "user", "content": "What does the flight cost?"}], "look it up", input_tokens=9),
        *tool("s2", {"route": "BER-LIS"}, {"price": 220, "currency": "EUR"}),
        *llm(
            "s3",
            [
                {"role": "user", "content": "What does the flight cost?"},
                {"role": "tool", "content": '{"price": 220, "currency": "EUR"}'},
            ],
            "It costs 220 EUR.",
            name="answer",
        ),
        *tool("s4", {"text": "It costs 220 EUR."}, "sent", name="send"),
        *tool("s5", {"event": "quote"}, "logged", name="log"),
        event("session_end", status="completed", output="It costs 220 EUR."),
    ]


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.sampled_from(["", "a", "ok", "42", "two words", "ä"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "role"]), inner, max_size=3),
    max_leaves=6,
)
_SPANS = st.none() | st.sampled_from([f"s{n}" for n in range(6)])
_PHASES = st.sampled_from([{}, {"phase": "start"}, {"phase": "end"}])


@st.composite
def _events(draw: st.DrawFn) -> NewEvent:
    kind = draw(
        st.sampled_from(
            [
                *("llm_call", "tool_call", "tool_result", "user_message", "agent_message", "reasoning", "retrieval"),
                *("goal_check", "error", "session_start", "session_end", "subagent_start", "subagent_stop", "action"),
                "custom.note",
            ]
        )
    )
    payload: dict[str, Any] = draw(
        st.dictionaries(
            st.sampled_from(["input", "output", "name", "arguments", "result", "error", "other", "parameters"]),
            _VALUES,
            max_size=4,
        )
    ) | draw(_PHASES)
    name = draw(st.sampled_from(["a", "b"]))
    required: dict[str, dict[str, Any]] = {
        "llm_call": {"model": "m", "input_tokens": draw(st.integers(0, 9))},
        "tool_call": {"tool_name": name},
        "user_message": {"content": name},
        "agent_message": {"content": name},
        "goal_check": {"passed": draw(st.booleans())},
        "error": {"message": name},
    }
    payload |= {**required.get(kind, {}), "name": name}
    return NewEvent(type=kind, span_id=draw(_SPANS), timestamp=AT, payload=payload)


RUNS: st.SearchStrategy[list[NewEvent]] = st.lists(_events(), max_size=25)


def real_runs() -> Iterator[tuple[str, list[NewEvent]]]:
    """Every real run there is, as events: transcripts and spans."""
    from tests.unit.domain.claude_code.written import mapped
    from tests.unit.domain.otlp.made import mapped as spans_mapped
    from wakeline.http.otlp.from_json import spans_of

    for path in sorted((REAL / "claude-code").rglob("*.jsonl")):
        for number, one in enumerate(mapped(path.read_bytes())):
            yield f"{path.name}-{number}", [NewEvent.read(raw) if isinstance(raw, dict) else raw for raw in one.events]
    for path in sorted((REAL / "otlp").glob("agentprism-*.json")):
        raws = [raw for found in spans_of(path.read_bytes()) for raw in spans_mapped(found)]
        yield path.name, [NewEvent.read(raw) for raw in raws]
    for number, line in enumerate((REAL / "otlp" / "framework-spans.jsonl").read_text().splitlines()):
        raws = [raw for found in spans_of(json.dumps(json.loads(line)).encode()) for raw in spans_mapped(found)]
        yield f"framework-{number}", [NewEvent.read(raw) for raw in raws]
