"""The diff of two runs: which step became what, where they first part, and what it came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .alignment import align
from .steps import LIFECYCLE, Recorded, Step, is_closing, steps_of
from .verdict import Verdict, problems, verdict

Change = Literal["same", "changed", "added", "removed", "regressed"]

MAX_FIELDS = 50
"""Differing fields that are named of one step."""
MAX_TEXT = 4000
"""Characters shown of one field's value."""
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class StepDiff:
    """One step of both runs. `moved`: the same on both sides, at another place among the others."""

    change: Change
    original: Step | None
    fork: Step | None
    fields: tuple[str, ...] = ()
    moved: bool = False

    @property
    def either(self) -> Step:
        if self.original is not None:
            return self.original
        if self.fork is not None:
            return self.fork
        raise ValueError("a step of neither run")

    def to_json(self, position: int) -> dict[str, Any]:
        """The step as the API shows it; of one that is the same on both sides only what it is."""
        shows = self.change != "same"
        return {
            "position": position,
            "change": self.change,
            "moved": self.moved,
            "kind": self.either.kind,
            "name": self.either.name or None,
            "original": step_view(self.original, shows) if self.original else None,
            "fork": step_view(self.fork, shows) if self.fork else None,
            "fields": list(self.fields),
            "deltas": _deltas(self.original, self.fork),
        }


@dataclass(frozen=True, slots=True)
class Diff:
    """Two runs beside one another. `ending`: fields in which their starts and ends differ, which are no steps."""

    steps: list[StepDiff]
    ending: tuple[str, ...]
    verdict: Verdict
    original_problems: frozenset[str]
    fork_problems: frozenset[str]
    totals: dict[str, Any]

    @property
    def identical(self) -> bool:
        return not self.ending and all(step.change == "same" for step in self.steps)

    @property
    def first(self) -> int | None:
        """The position of the first step that is not the same; behind the last one when only the ends differ."""
        at = next((place for place, step in enumerate(self.steps) if step.change != "same"), None)
        return len(self.steps) if at is None and self.ending else at

    def first_divergence(self) -> dict[str, Any] | None:
        """Where the two part, as the API shows it."""
        at = self.first
        if at is None:
            return None
        if at == len(self.steps):
            return {
                "position": at,
                "span_id": None,
                "change": "changed",
                "kind": "session_end",
                "name": None,
                "fields": list(self.ending),
            }
        step = self.steps[at]
        return {
            "position": at,
            "span_id": step.either.id,
            "change": step.change,
            "kind": step.either.kind,
            "name": step.either.name or None,
            "fields": list(step.fields),
        }


def diff(original: Sequence[Recorded], fork: Sequence[Recorded], stated: str = "") -> Diff:
    """Compare two runs' events, given in order, by the goal that was stated for both. Time grows as n log n, but for
    runs that differ in few places.
    """
    original = [event for event in original if not is_closing(event)]
    fork = [event for event in fork if not is_closing(event)]
    all_left, all_right = steps_of(original), steps_of(fork)
    left = [step for step in all_left if step.kind not in LIFECYCLE]
    right = [step for step in all_right if step.kind not in LIFECYCLE]
    before, after = problems(original, all_left, stated), problems(fork, all_right, stated)
    whole = not any(step.is_unrecorded for step in (*all_left, *all_right))
    return Diff(
        steps=_merged(left, right),
        ending=_ending(all_left, all_right),
        verdict=verdict(before, after, whole=whole),
        original_problems=before,
        fork_problems=after,
        totals=_totals(left, right, all_right),
    )


def _merged(left: list[Step], right: list[Step]) -> list[StepDiff]:
    aligned = align(
        [step.content for step in left],
        [step.content for step in right],
        [step.key for step in left],
        [step.key for step in right],
    )
    moved_left = dict(aligned.moved)
    moved_right = {b: a for a, b in aligned.moved}
    out: list[StepDiff] = []
    shown: set[int] = set()
    from_left = from_right = 0
    for a, b in [*aligned.pairs, (len(left), len(right))]:
        alone: list[tuple[int, str, bool, int]] = []
        alone += [(at - from_left, left[at].content, True, at) for at in range(from_left, a)]
        alone += [(at - from_right, right[at].content, False, at) for at in range(from_right, b)]
        # By place, then by content: in the same order whichever run is called the original.
        for _, _, is_left, at in sorted(alone, key=lambda one: one[:2]):
            mine = at if is_left else moved_right.get(at)
            if mine is None or mine not in moved_left:
                side = (left[at], None) if is_left else (None, right[at])
                out.append(StepDiff("removed" if is_left else "added", *side))
            elif mine not in shown:
                shown.add(mine)
                out.append(StepDiff("changed", left[mine], right[moved_left[mine]], ("position",), moved=True))
        if a < len(left):
            out.append(_pair(left[a], right[b]))
        from_left, from_right = a + 1, b + 1
    return out


def _pair(original: Step, fork: Step) -> StepDiff:
    if original.content == fork.content:
        return StepDiff("same", original, fork)
    names = list(_differing(original.fields, fork.fields))[:MAX_FIELDS]
    if original.is_unrecorded != fork.is_unrecorded:
        names.append("unrecorded")
    worse = _went_wrong(fork) and not _went_wrong(original) and not fork.is_unrecorded
    return StepDiff("regressed" if worse else "changed", original, fork, tuple(names))


def _went_wrong(step: Step) -> bool:
    return bool(step.error) or step.fields.get("passed") is False or step.fields.get("status") in ("failed", "error")


def _differing(left: Any, right: Any, path: str = "", depth: int = _DEPTH) -> list[str]:
    """Dotted paths of what differs, in the order of their names."""
    if type(left) is type(right) and left == right:
        return []
    if depth and isinstance(left, dict) and isinstance(right, dict):
        names = sorted({*left, *right})
        pairs = [(name, left.get(name), right.get(name)) for name in names]
    elif depth and isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        pairs = [(str(at), *both) for at, both in enumerate(zip(left, right, strict=True))]
    else:
        return [path]
    found: list[str] = []
    for name, mine, theirs in pairs:
        if len(found) >= MAX_FIELDS:
            break
        found += _differing(mine, theirs, f"{path}.{name}" if path else name, depth - 1)
    return found


def _ending(left: Sequence[Step], right: Sequence[Step]) -> tuple[str, ...]:
    """In what the starts and ends differ that both runs have: one that still runs has no end yet."""
    found: list[str] = []
    for kind in sorted(LIFECYCLE):
        mine = [step for step in left if step.kind == kind]
        theirs = [step for step in right if step.kind == kind]
        for one, other in zip(mine, theirs, strict=False):
            if one.content != other.content:
                names = _differing(one.fields, other.fields) or ["unrecorded"]
                found += [f"{kind}.{name}" for name in names]
    return tuple(found[:MAX_FIELDS])


def step_view(step: Step, whole: bool) -> dict[str, Any]:
    """A step on one side; `whole` with what went in and came out, long texts cut."""
    view: dict[str, Any] = {
        "position": step.position,
        "span_id": step.span_id,
        "id": step.id,
        "span_type": step.kind,
        "name": step.name or None,
        "unrecorded": step.is_unrecorded,
    }
    if not whole:
        return view
    request = step.request.get("input", step.request.get("arguments"))
    return view | {
        "model": step.model,
        "input": clipped(request if request is not None else step.request or None),
        "output": clipped(step.output),
        "error": clipped(step.error),
        "tokens": step.tokens,
        "cost_usd": step.cost_usd,
        "duration_ms": step.duration_ms,
    }


def clipped(value: Any, room: int = MAX_TEXT) -> Any:
    """`value` with texts cut to `room` characters, and lists and objects to as many of their parts as have room."""
    if isinstance(value, str):
        return value if len(value) <= room else f"{value[:room]}…"
    if isinstance(value, list | dict):
        kept: list[tuple[Any, Any]] = []
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            if room <= 0:
                kept.append(("…", "…"))
                break
            cut = clipped(each, room)
            room -= _length(cut) + len(str(key))
            kept.append((key, cut))
        return dict(kept) if isinstance(value, dict) else [each for _, each in kept]
    return value


def _length(value: Any) -> int:
    if isinstance(value, dict):
        return sum(_length(each) + len(name) for name, each in value.items())
    if isinstance(value, list):
        return sum(_length(each) for each in value)
    return len(value) if isinstance(value, str) else 8


def _deltas(original: Step | None, fork: Step | None) -> dict[str, Any]:
    """Fork minus original; None where one side does not say."""
    if original is None or fork is None:
        return {"tokens": None, "cost_usd": None, "duration_ms": None}
    return {
        "tokens": fork.tokens - original.tokens,
        "cost_usd": _minus(fork.cost_usd, original.cost_usd),
        "duration_ms": _minus(fork.duration_ms, original.duration_ms),
    }


def _minus(mine: float | None, theirs: float | None) -> float | None:
    return None if mine is None or theirs is None else round(mine - theirs, 12)


def _totals(left: Sequence[Step], right: Sequence[Step], fork: Sequence[Step]) -> dict[str, Any]:
    sides = {"original": _sums(left), "fork": _sums(right)}
    mine, theirs = sides["fork"], sides["original"]
    return {
        **sides,
        "delta": {name: _minus(mine[name], theirs[name]) for name in mine},
        "unrecorded": sum(step.is_unrecorded for step in fork),
    }


def _sums(steps: Sequence[Step]) -> dict[str, Any]:
    costs = [step.cost_usd for step in steps if step.cost_usd is not None]
    times = [step.duration_ms for step in steps if step.duration_ms is not None]
    return {
        "steps": len(steps),
        "tokens": sum(step.tokens for step in steps),
        "cost_usd": round(sum(costs), 12) if costs else None,
        "duration_ms": round(sum(times), 3),
        "errors": sum(_went_wrong(step) for step in steps),
    }
