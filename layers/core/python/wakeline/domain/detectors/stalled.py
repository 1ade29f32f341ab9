"""Nothing happened for a long time, and nobody was being waited for."""

from wakeline.domain import times
from wakeline.domain.errors import Invalid

from .detection import Detection, found
from .run import Run

LABEL = "stalled"
LONG = 900.0
"""Seconds."""


def detect(run: Run) -> Detection | None:
    """Fifteen minutes or more pass between an event of the agent and the next event, unless that is a user's message
    or a new session: an agent that waits for a person does not stall (0.6; 0.8 when the run never goes on but to its
    end).

    The critical step is the event before the gap.
    """
    longest: tuple[float, int] | None = None
    before: float | None = None
    for step in run.steps:
        now = _seconds(step.time)
        if (
            now is not None
            and before is not None
            and now - before >= LONG
            and step.kind not in ("user", "session_start", "system")
            and (longest is None or now - before > longest[0])
        ):
            longest = (now - before, step.at)
        before = now if now is not None else before
    if longest is None:
        return None
    gap, at = longest
    over = all(step.kind in ("end", "error", "notification") for step in run.steps[at:])
    text = f"Nothing happens for {gap / 60:.0f} minutes."
    return found(LABEL, 0.8 if over else 0.6, run.steps[at - 1].seq, [run.steps[at].seq], text)


def _seconds(text: str) -> float | None:
    try:
        return times.parse(text).timestamp()
    except Invalid:
        return None
