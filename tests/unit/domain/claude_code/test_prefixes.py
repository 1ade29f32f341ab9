"""A shorter copy of a file gives the first events of the longer one, wherever it was cut."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wakeline.domain.claude_code import digest, read

from .written import REAL, assistant, call, mapped, result_of, tokens, user

FILES = sorted(REAL.glob("*/*.jsonl"))
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

uuids = st.sampled_from([None, "u1", "u2", "u3", "u4"])
messages = st.sampled_from(["m1", "m2", None])
tool_ids = st.sampled_from(["t1", "t2"])
usages = st.builds(tokens, *(st.integers(0, 50) for _ in range(4)))
flags = st.fixed_dictionaries({}, optional={"isSidechain": st.booleans(), "requestId": st.sampled_from(["r1", "r2"])})
made_up_lines = st.one_of(
    st.builds(lambda text, uuid: user(text, uuid=uuid), st.text(max_size=5), uuids),
    st.builds(
        lambda message, usage, uuid, more: assistant(
            {"type": "text", "text": "é"}, message_id=message, usage=usage, uuid=uuid, **more
        ),
        messages,
        usages,
        uuids,
        flags,
    ),
    st.builds(
        lambda tool_id, name, n: assistant(call(tool_id, name, file_path="/a", content="x\n" * n)),
        tool_ids,
        st.sampled_from(["Write", "Task", "Bash"]),
        st.integers(0, 3),
    ),
    st.builds(lambda tool_id, is_error: result_of(tool_id, is_error=is_error), tool_ids, st.booleans()),
    st.builds(lambda n: {"type": "result", "modelUsage": {"model-a": {"inputTokens": n}}}, st.integers(0, 90)),
    st.sampled_from(["", "nonsense", "42", '{"type":"x"} y', '{"type":"x"}{"type":"y"}', "\ufeff", " ", b"\xff"]),
)


def joined(lines, ending):
    pieces = [
        one
        if isinstance(one, bytes)
        else (one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)).encode()
        for one in lines
    ]
    return b"".join(piece + ending for piece in pieces)


def check_cut(data, cut):
    prefix = data[:cut]
    shorter, longer = mapped(prefix), mapped(data)
    short_events = [event for one in shorter for event in one.events]
    long_events = [event for one in longer[: len(shorter)] for event in one.events]
    assert short_events == long_events
    count = len(shorter)
    assert digest(read(prefix).lines).digest_at(count) == digest(read(data).lines).digest_at(count)


@settings(max_examples=300, deadline=None)
@given(st.lists(made_up_lines, max_size=12), st.sampled_from([b"\n", b"\r\n", b" \n"]), st.data())
def test_any_cut_of_made_up_files(lines, ending, data):
    whole = joined(lines, ending)
    check_cut(whole, data.draw(st.integers(0, len(whole))))


@pytest.mark.skipif(not FILES, reason="the real transcripts are not beside the repository")
@FEW
@given(st.data())
def test_any_cut_of_real_files(data):
    whole = data.draw(st.sampled_from(FILES)).read_bytes()
    check_cut(whole, data.draw(st.integers(0, len(whole))))


@pytest.mark.parametrize("tail", [b"}", b"} ", b"} x\n", b"}\r\n", b'}{"type":"y"}\n'])
def test_cuts_around_the_end_of_a_line(tail):
    whole = joined([user("a", uuid="u1"), user("é")], b"\n")[:-2] + tail
    for cut in range(len(whole) + 1):
        check_cut(whole, cut)
