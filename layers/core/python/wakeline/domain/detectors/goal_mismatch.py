"""What was reached is not what was asked for."""

import re
from dataclasses import dataclass

from .detection import Detection, found
from .moments import MOMENTS
from .run import DEEDS, Run, Step
from .text import excerpt, spell, stems

LABEL = "goal_mismatch"

MOST_VALUES = 200
"""Of a snapshot, the first by name: each is held against the goal."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*", re.ASCII)


def detect(run: Run) -> Detection | None:
    """A `goal_check` that did not pass (0.9), or a last `dom_snapshot` whose selected values contradict the goal (0.7).

    Contradict: the goal names the field beside another number than the one selected ("2 adults", `adults: 3`); or it
    names a day of the week, a date or an hour, and of those selected none is it ("on Tuesday", `day: Wednesday`). The
    critical step is the last deed before the failed check, or the deed after which the wrong value first stood there.
    """
    checks = run.kind("goal_check")
    if checks and checks[-1].payload.get("passed") is False:
        check = checks[-1]
        deed = _deed_before(run, check.at)
        what = excerpt(_spelled(check.payload.get("mismatches")) or check.text or "the goal")
        return found(LABEL, 0.9, deed.seq, [check.seq], f"The check of the goal failed: {what}.")
    wrong = wrong_selection(run)
    if wrong is None:
        return None
    text = f"The goal asks for {wrong.wanted}; selected is {excerpt(wrong.selected, 40)}."
    return found(LABEL, 0.7, _deed_before(run, wrong.first.at).seq, [wrong.first.seq, wrong.last.seq], text)


@dataclass(frozen=True, slots=True)
class WrongSelection:
    """What stands selected in the `last` snapshot, since the `first` one, and is not what was `wanted`."""

    wanted: str
    selected: str
    first: Step
    last: Step


def wrong_selection(run: Run) -> WrongSelection | None:
    """A value of the last snapshot that contradicts the goal."""
    snapshots = [step for step in run.kind("dom_snapshot") if isinstance(step.payload.get("selected_values"), dict)]
    if not snapshots or not run.aim:
        return None
    selected = snapshots[-1].payload["selected_values"]
    last = {name: spell(selected[name]) for name in sorted(selected)[:MOST_VALUES]}
    wrong = _wrong_number(run.aim, last) or _wrong_time(run.aim, last)
    if wrong is None:
        return None
    name, wanted = wrong
    first = next(step for step in snapshots if spell(step.payload["selected_values"].get(name)) == last[name])
    return WrongSelection(wanted, last[name], first, snapshots[-1])


def _wrong_number(aim: str, selected: dict[str, str]) -> tuple[str, str] | None:
    for name in sorted(selected):
        wanted = _wanted(aim, name)
        if wanted and (numbers := _NUMBER.findall(selected[name])) and not wanted & set(numbers):
            return name, f"{name} {'/'.join(sorted(wanted))}"
    return None


def _wrong_time(aim: str, selected: dict[str, str]) -> tuple[str, str] | None:
    for read in MOMENTS:
        wanted = read(aim)
        if wanted is None:
            continue
        there = {name: read(value) for name, value in sorted(selected.items())}
        if any(wanted == value for value in there.values()):
            continue
        name = next((name for name, value in there.items() if value is not None), None)
        if name is not None:
            return name, wanted
    return None


def _spelled(mismatches: object) -> str:
    if isinstance(mismatches, list):
        return "; ".join(spell(each) for each in mismatches[:20])
    return spell(mismatches)


def _wanted(goal: str, name: str) -> set[str]:
    words = re.findall(r"[a-z]+|\d+(?:[.,]\d+)*", goal.lower(), flags=re.ASCII)
    wanted = set()
    for stem in stems(name.replace("_", " ")):
        for place, word in enumerate(words):
            if stems(word) == [stem]:
                wanted |= {near for near in words[max(0, place - 1) : place + 2] if near[0].isdigit()}
    return wanted


def _deed_before(run: Run, at: int) -> Step:
    for step in reversed(run.steps[:at]):
        if step.kind in DEEDS:
            return step
    return run.steps[at]
