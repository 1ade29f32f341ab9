"""The run moves but comes to nothing new."""

import re

from .detection import Detection, found
from .run import Run, Step
from .text import STUCK

LABEL = "no_progress"
TIMES = 3

ADDRESS = re.compile(r"https?://[^\s)\]\"'>]+", re.ASCII)


_SPEAKS = frozenset({"say", "think", "notification", "error"})
_HINTS = ("in_loop", "stalled", "circles", "stuck", "repeating", "progress")


def _says_stuck(text: str) -> bool:
    lowered = text.lower()
    return any(hint in lowered for hint in _HINTS) and bool(STUCK.search(text))


def detect(run: Run) -> Detection | None:
    """The same place is reported three times or more by agents that were sent for something (0.7), the agents
    themselves say twice or more that they are stuck, stalled or in a loop (0.8), or three messages in a row say the
    same (0.6).

    Same place: the first address in the report, else its first words. The critical step is the first deed of the run
    when the stretch covers most of it, else the deed that starts the stretch: what followed added nothing.
    """
    stuck = [step for step in run.steps if step.kind in _SPEAKS and _says_stuck(step.text)]
    reports = deeds(run)
    if len(stuck) >= 2 and reports:
        return found(
            LABEL,
            0.8,
            _start(reports, stuck[0]).seq,
            [one.seq for one in stuck],
            f"The agents say {len(stuck)} times that they are stuck or in a loop.",
        )
    visits: dict[str, list[Step]] = {}
    for step in reports:
        visits.setdefault(_place(step), []).append(step)
    again = [steps for steps in visits.values() if len(steps) >= TIMES]
    if again:
        most = max(again, key=len)
        return found(
            LABEL,
            0.7,
            _start(reports, most[0]).seq,
            [one.seq for one in most],
            f"The same place is reported {len(most)} times.",
        )
    before: list[Step] = []
    said: list[str] = []
    for step in run.says:
        words = step.text[:600].split()
        before = [*before, step] if words and words == said else [step]
        said = words
        if len(before) == TIMES:
            return found(
                LABEL, 0.6, before[1].seq, [one.seq for one in before], "The same is said three times in a row."
            )
    return None


def deeds(run: Run) -> list[Step]:
    """What agents report back after being sent by another agent (a message `to` them); empty where nobody sends."""
    sent: set[str] = set()
    out = []
    for step in run.steps:
        if step.kind != "say":
            continue
        if step.to is not None:
            sent.add(step.to)
        elif step.agent in sent:
            out.append(step)
    return out


def _start(reports: list[Step], first: Step) -> Step:
    return reports[0] if first.at >= reports[0].at else first


def _place(step: Step) -> str:
    address = ADDRESS.search(step.text)
    return address[0] if address else step.text[:80]
