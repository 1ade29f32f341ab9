"""The analysis of a run: every detector, then one critical step."""

from collections.abc import Callable, Collection, Iterable

from . import (
    context_loss,
    contradicted_evidence,
    cost_spike,
    destructive_action,
    false_success_claim,
    forbidden_action,
    goal_mismatch,
    ignored_warning,
    invented_reference,
    malformed_tool_call,
    no_progress,
    premature_end,
    retry_loop,
    skipped_verification,
    stalled,
    unhandled_error,
)
from .critical import critical_step
from .detection import Analysis, Detection
from .run import Recorded, Run, prepare

DETECTOR_VERSION = "1.3.0"
"""Goes up with every change that can change an analysis."""

DETECTORS: dict[str, Callable[[Run], Detection | None]] = {
    module.LABEL: module.detect
    for module in (
        goal_mismatch,
        ignored_warning,
        forbidden_action,
        false_success_claim,
        unhandled_error,
        retry_loop,
        no_progress,
        malformed_tool_call,
        invented_reference,
        contradicted_evidence,
        skipped_verification,
        premature_end,
        context_loss,
        destructive_action,
        cost_spike,
        stalled,
    )
}
"""Every detector by its label, in the order in which they run."""


def analyse(events: Iterable[Recorded], *, stated: str = "", failed: bool | None = None) -> Analysis:
    """Analyse a run's events, given in order, and the goal that the trace was created with.

    `failed`: True when something outside the record (a person, a verifier) says that the run failed; then there is
    always a critical step. None: only what the record itself shows; a run in which nothing is found has no critical
    step. Pure and deterministic; time and memory grow linearly with the events.
    """
    return analyse_run(prepare(events, stated), failed=failed)


def analyse_run(run: Run, *, failed: bool | None = None, silent: Collection[str] = ()) -> Analysis:
    """`analyse` for a run that is prepared already, since more than the analysis is wanted of it. `silent` detectors
    do not run.
    """
    speaking = [detect for label, detect in DETECTORS.items() if label not in silent]
    found = [one for detect in speaking if (one := detect(run)) is not None]
    found.sort(key=lambda one: (-one.confidence, one.critical_step_seq, one.label))
    decided = critical_step(run, found) if found or failed else None
    return Analysis(
        detector_version=DETECTOR_VERSION,
        labels=tuple(one.label for one in found),
        confidence=found[0].confidence if found else 0.0,
        critical_step_seq=decided[0] if decided else None,
        critical_agent=run.agent_of(decided[0]) if decided else None,
        root_cause=decided[1] if decided else None,
        detections=tuple(found),
    )
