"""Traces as the contracts store them: with segments in them, and with every field in use."""

from typing import Any

from tests.factories import NOON, WORKSPACE, make_trace, messages
from tests.fakes.env import fixed_env
from wakeline.domain.append import build, sift
from wakeline.domain.segments import Segment
from wakeline.domain.trace import Trace, fold

TRACE = "trc_1"


def next_segment(trace: Trace, sent) -> Segment:
    env = fixed_env()
    segment, rejected = build(trace, sift(trace, sent, {}).new, NOON, lambda: env.new_id("evt"), env.salt)
    assert rejected == []
    return segment


def filled(store: Any, count: int, each: int = 2) -> tuple[Trace, list[Segment]]:
    """A trace with `count` segments of `each` events."""
    trace = make_trace(TRACE)
    store.create(trace)
    segments = []
    for n in range(count):
        segment = next_segment(trace, messages(each, f"{n}-"))
        assert store.put_segment(WORKSPACE, TRACE, segment) is None
        after = fold(trace, segment, segment.delta)
        assert store.write_head(after, trace.version)
        trace = after
        segments.append(segment)
    return trace, segments


FULL: dict[str, Any] = {
    "name": "name",
    "user_goal": "goal",
    "agent": "agent",
    "agent_id": "agt_1",
    "environment": "prod",
    "source": "sdk",
    "metadata": {"nested": {"a": [1, 2.5, None, True, 1e16, 1e300, -0.0, 1e-9]}, "": "\u0000\u2028é𝄞"},
    "repo": "org/repo",
    "author": "Ada",
    "branch": "main",
    "cwd": "/src",
    "tool": "claude-code",
    "model": "claude",
    "parent_trace_id": "trc_0",
    "request_digest": "0" * 64,
    "tags": ["one", "two"],
    "notes": "a note",
}
