"""A diff as an answer holds it."""

from typing import Any, TypedDict

from pydantic_core import to_json

from wakeline.domain.replay import Diff
from wakeline.domain.replay.fork import Fork

MAX_ANSWER_BYTES = 4_500_000
"""Of steps: a Lambda answers with at most 6 MB."""


class DiffJson(TypedDict):
    """`steps` from `offset` on; `next_offset` is where the next part begins, None at the end."""

    fork_id: str
    original_trace_id: str
    fork_trace_id: str
    identical: bool
    first_divergence: dict[str, Any] | None
    steps: list[dict[str, Any]]
    steps_total: int
    next_offset: int | None
    verdict: str
    findings: dict[str, list[str]]
    totals: dict[str, Any]


def diff_json(fork: Fork, found: Diff, offset: int, limit: int) -> DiffJson:
    """The diff, with as many steps from `offset` on as are wanted and have room."""
    shown: list[dict[str, Any]] = []
    room = MAX_ANSWER_BYTES
    for place, step in enumerate(found.steps[offset : offset + limit], offset):
        view = step.to_json(place)
        room -= len(to_json(view))
        if room < 0 and shown:
            break
        shown.append(view)
    behind = offset + len(shown)
    return {
        "fork_id": fork.id,
        "original_trace_id": fork.trace_id,
        "fork_trace_id": fork.fork_trace_id,
        "identical": found.identical,
        "first_divergence": found.first_divergence(),
        "steps": shown,
        "steps_total": len(found.steps),
        "next_offset": behind if behind < len(found.steps) and shown else None,
        "verdict": found.verdict,
        "findings": {"original": sorted(found.original_problems), "fork": sorted(found.fork_problems)},
        "totals": found.totals,
    }
