"""Whether a run went better or worse than another, by what the detectors find in both and by their goal checks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from wakeline.domain.detectors import Recorded as Readable
from wakeline.domain.detectors import analyse

from .steps import Recorded, Step

Verdict = Literal["improved", "regressed", "unchanged", "inconclusive"]


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event that has no place in a ledger yet, as the detectors read it."""

    seq: int
    type: str
    timestamp: str
    actor: dict[str, Any] | None
    span_id: str | None
    payload: dict[str, Any] | None


def numbered(events: Iterable[Recorded]) -> list[Readable]:
    """Events as the detectors read them, numbered by their place in the run: two runs of one shape are judged alike."""
    return [
        Numbered(
            place,
            event.type,
            event.timestamp or "",
            event.actor if isinstance(event.actor, dict) or event.actor is None else event.actor.model_dump(),
            event.span_id,
            event.payload,
        )
        for place, event in enumerate(events)
    ]


def problems(events: Sequence[Recorded], steps: Sequence[Step], stated: str = "") -> frozenset[str]:
    """What is wrong with a run of that stated goal: labels of detectors, `goal_check:<name>` that fail, `failed` for
    how it ended.
    """
    found = set(analyse(numbered(events), stated=stated).labels)
    checks: dict[str, bool] = {}
    for step in steps:
        if step.kind == "goal_check" and isinstance(step.fields.get("passed"), bool):
            checks[step.name] = step.fields["passed"]
        if step.kind == "session_end" and step.fields.get("status") in ("failed", "error"):
            found.add("failed")
    # A check that is made again counts as it came out last.
    found.update(f"goal_check:{name}" if name else "goal_check" for name, passed in checks.items() if not passed)
    return frozenset(found)


def verdict(original: frozenset[str], fork: frozenset[str], *, whole: bool) -> Verdict:
    """`inconclusive` when a side has steps that nobody ran, or when it is better in one thing and worse in another."""
    better, worse = original - fork, fork - original
    if not whole or (better and worse):
        return "inconclusive"
    return "improved" if better else "regressed" if worse else "unchanged"
