"""Whatever the bytes, there is no exception and every event is one the ledger takes."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .written import REAL, as_bytes, assistant, call, line, mapped, result_of, tokens, user

SAMPLES = [
    user([{"type": "text", "text": "a"}, {"type": "image", "source": {"type": "base64", "data": "AA=="}}], uuid="u1"),
    assistant(
        call("t1", "Write", file_path="/a", content="x"),
        message_id="m1",
        usage={**tokens(1, 2, 3, 4), "cache_creation": {"ephemeral_1h_input_tokens": 2}},
        requestId="r1",
        uuid="u2",
    ),
    result_of(
        "t1",
        "ok",
        {"type": "create", "filePath": "/a", "content": "x", "structuredPatch": [{"lines": ["+x"]}], "durationMs": 3},
    ),
    assistant(call("t2", "MultiEdit", file_path="/a", edits=[{"old_string": "a", "new_string": "b"}])),
    result_of("t2", "ok", {"filePath": "/a", "edits": [{"oldString": "a"}], "originalFile": "a"}),
    assistant(call("t3", "Task", prompt="p", subagent_type="x"), isSidechain=True, agentId="a"),
    result_of(
        "t3",
        [{"type": "text", "text": "x"}],
        {"status": "completed", "totalTokens": 3, "totalDurationMs": 1, "agentId": "a"},
    ),
    line("system", subtype="init", model="m", tools=["a"], session_id="s"),
    line("system", subtype="compact_boundary", compactMetadata={"trigger": "auto", "preTokens": 4}),
    line(
        "system",
        subtype="api_error",
        error={"status": 1, "error": {"error": {"type": "t", "message": "m"}}},
        cause={"code": "c"},
    ),
    line("system", subtype="turn_duration", durationMs=5),
    line("system", subtype="task_notification", tool_use_id="t3", status="failed", summary="s"),
    {"type": "summary", "summary": "S", "leafUuid": "u1"},
    {
        "type": "result",
        "subtype": "success",
        "modelUsage": {"m": {"inputTokens": 4}},
        "errors": ["x"],
        "total_cost_usd": 1,
        "usage": tokens(1),
    },
]

odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.sampled_from(
        [
            "\ud800",
            "",
            "x" * 300,
            2**70,
            -1,
            1e308,
            [],
            {},
            [[]],
            [None],
            {"": None},
            {"type": "text"},
            {"type": "tool_result"},
            {"type": "tool_use"},
        ]
    ),
)


def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


def replaced(value, path, new):
    if not path:
        return new
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = replaced(copied[path[0]], path[1:], new)
    return copied


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_lines_with_any_field_replaced(data):
    lines = []
    for sample in SAMPLES:
        spot = data.draw(st.sampled_from(list(places(sample))))
        lines.append(replaced(sample, spot, data.draw(odd)))
    mapped(as_bytes(*lines))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([as_bytes(sample) for sample in SAMPLES])), max_size=8)
)
def test_any_bytes(pieces):
    mapped(b"\n".join(pieces))


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False))
def test_lines_with_bytes_changed(chance):
    data = bytearray(as_bytes(*SAMPLES))
    for _ in range(chance.randrange(1, 12)):
        data[chance.randrange(len(data))] = chance.choice(b'\xff\x00"\\{}[],:0eN\n\xed')
    mapped(bytes(data))


FILES = sorted(REAL.glob("*/*.jsonl"))


@pytest.mark.skipif(not FILES, reason="the real transcripts are not beside the repository")
def test_real_lines_with_a_field_replaced():
    chance = random.Random(5)
    values: list[object] = [None, 7, "x", [], {}, [{}], {"a": {}}, "\ud800", -1, True, 2**80, 1.5]
    for path in FILES[::4]:
        lines = []
        for raw in path.read_bytes().splitlines()[:200]:
            try:
                value = json.loads(raw)
            except ValueError:
                continue
            lines.append(replaced(value, chance.choice(list(places(value))), chance.choice(values)))
        mapped(as_bytes(*lines))


def test_every_sample_is_mapped():
    assert all(one.events for one in mapped(as_bytes(*SAMPLES)))
