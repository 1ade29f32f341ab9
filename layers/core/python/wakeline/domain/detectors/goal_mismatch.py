"""What was reached is not what was asked for."""

import re

from .detection import Detection, found
from .run import Run, Step
from .text import excerpt, spell, stems

LABEL = "goal_mismatch"

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*", re.ASCII)


def detect(run: Run) -> Detection | None:
    """A `goal_check` that did not pass (0.9), or a last `dom_snapshot` whose selected values contradict the goal (0.7).

    Contradict: the goal names the field beside another number than the one selected ("2 adults", `adults: 3`). The
    critical step is the last deed before the failed check, or the deed after which the wrong value first stood there.
    """
    checks = run.kind("goal_check")
    if checks and checks[-1].payload.get("passed") is False:
        check = checks[-1]
        deed = _deed_before(run, check.at)
        what = excerpt(_spelled(check.payload.get("mismatches")) or check.text or "the goal")
        return found(LABEL, 0.9, deed.seq, [check.seq], f"The check of the goal failed: {what}.")
    snapshots = [step for step in run.kind("dom_snapshot") if isinstance(step.payload.get("selected_values"), dict)]
    if not snapshots or run.goal is None:
        return None
    last = snapshots[-1].payload["selected_values"]
    for name in sorted(str(key) for key in last):
        wanted = _wanted(run.goal.text, name)
        if wanted and (numbers := _NUMBER.findall(str(last.get(name)))) and not wanted & set(numbers):
            first = next(s for s in snapshots if s.payload["selected_values"].get(name) == last.get(name))
            text = f"The goal asks for {name} {'/'.join(sorted(wanted))}; selected is {excerpt(str(last[name]), 40)}."
            return found(LABEL, 0.7, _deed_before(run, first.at).seq, [first.seq, snapshots[-1].seq], text)
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
        if step.kind in ("call", "browser_action", "edit", "action", "say"):
            return step
    return run.steps[at]
