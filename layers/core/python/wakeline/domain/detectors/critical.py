"""One critical step from everything that was found.

The first event after which the outcome could no longer be right, as far as the record shows it. Which evidence
decides depends on how the run is made, because the same trouble shows at other places in a run where agents are sent
and report back, in a conversation where each builds on the last word, and in the run of a single agent with tools:

1. Proof comes first: the earliest forbidden or destructive deed, or mismatch with the goal, found with 0.8 or more.
2. A deed in the opening message itself: an agent hands the task over together with code, and that code is what runs.
3. The first use of a value nobody has, or the first claim of a deed nobody did: all that follows builds on it.
4. Agents that are sent and report back. If the run comes to nothing new, the first report: the course it set was never
   left. Otherwise the coordinator accepted every report but the last as a reason to go on. If that one is the agent's
   own word, then it: the answer was made from it. If it only shows a place and the coordinator closed the run upon it,
   then the coordinator's last word: it took what was to be seen there for the answer.
5. A conversation of agents, or of an agent and a terminal, without tool calls: what led to the first result that went
   wrong; where nothing went wrong, the first thing said: nobody holds evidence against it later, and the others build
   on it.
6. One agent with tools: the surest finding, the earlier of equals; without one, the last call that changes something
   or hands the matter on, else the last thing said.
"""

from collections.abc import Sequence

from .detection import Detection
from .no_progress import ADDRESS, deeds
from .run import Run, Step
from .text import HANDS_ON, LIMIT, changes_state

_PROOF = ("goal_mismatch", "forbidden_action", "destructive_action")
_BASELESS = ("invented_reference", "skipped_verification")
_SIDE = frozenset({"cost_spike"})
"""Never decides."""


def critical_step(run: Run, detections: Sequence[Detection]) -> tuple[int, str] | None:
    """(seq of the critical step, why), for a run that is known or taken to have failed; None for an empty run."""
    proof = [one for one in detections if one.label in _PROOF and one.confidence >= 0.8]
    if proof:
        return _of(min(proof, key=lambda one: (one.critical_step_seq, one.label)))
    handed_over = _handed_over(run)
    if handed_over is not None:
        return handed_over.seq, "The task was handed over together with code, and the run is built on it."
    several = not run.calls and (_agents(run) > 1 or any(step.kind == "result" for step in run.steps))
    if several:
        baseless = [one for one in detections if one.label in _BASELESS and one.confidence >= 0.7]
        if baseless and not deeds(run):
            return _of(min(baseless, key=lambda one: (one.critical_step_seq, one.label)))
    reports = deeds(run)
    if reports:
        if any(one.label == "no_progress" for one in detections):
            return reports[0].seq, "The run came to nothing new after the course this first report set."
        closing = _closing(run, reports[-1])
        if closing is not None:
            return closing.seq, "The run was closed upon what was seen last, and nothing more was looked at."
        return reports[-1].seq, "The last report: what was concluded was concluded from it."
    if several and run.says:
        first = _before_failure(run)
        if first is not None:
            return first.seq, "What it had run was the first to go wrong, and the agents after it build on it."
        return run.says[0].seq, "The first thing said; the agents after it build on it, and no result bears it out."
    findings = [one for one in detections if one.label not in _SIDE]
    if findings:
        return _of(min(findings, key=lambda one: (-one.confidence, one.critical_step_seq, one.label)))
    last = _last_change(run) or run.last_say or (run.steps[-1] if run.steps else None)
    return None if last is None else (last.seq, "The last deed that changed something; nothing after it could mend it.")


def _closing(run: Run, report: Step) -> Step | None:
    """The last word of a run by an agent that sends others, after a report that shows a place; None where the run hit a
    limit or breaks off while the agent waits: then nothing was concluded.
    """
    if not ADDRESS.search(report.text) or LIMIT.search(run.steps[-1].text):
        return None
    after = [step for step in run.steps[report.at + 1 :] if step.kind in ("say", "think")]
    senders = {step.agent for step in run.says if step.to is not None}
    closes = after and after[-1].agent in senders and after[-1].to is None
    return after[-1] if closes else None


def _before_failure(run: Run) -> Step | None:
    """What was said last before the first result that went wrong."""
    says = {step.seq for step in run.says}
    last: Step | None = None
    for step in run.steps:
        if step.seq in says:
            last = step
        elif step.kind == "result" and step.failed and last is not None:
            return last
    return None


def _agents(run: Run) -> int:
    return len({step.agent for step in run.says})


def _of(detection: Detection) -> tuple[int, str]:
    return detection.critical_step_seq, detection.explanation


def _handed_over(run: Run) -> Step | None:
    goal = run.goal
    if goal is None or goal.kind != "say" or not goal.code or goal.at + 1 >= len(run.steps):
        return None
    return goal if run.steps[goal.at + 1].kind == "result" else None


def _last_change(run: Run) -> Step | None:
    for call in reversed(run.calls):
        if (changes_state(call.tool) or HANDS_ON.search(call.tool)) and not call.broken:
            return run.steps[run.of_seq[call.seq]]
    return None
