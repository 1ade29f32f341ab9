"""The run stopped before it was done."""

import re

from .detection import Detection, found
from .run import Run, Step
from .text import ANNOUNCES, GIVES_UP, HANDS_ON, LIMIT, excerpt, prose

LABEL = "premature_end"

_CRASH = re.compile(
    r"Traceback \(most recent call last\)|\bunhandled exception\b|\bError processing\b", re.IGNORECASE | re.ASCII
)


def detect(run: Run) -> Detection | None:
    """The run hit a step, turn, token or time limit (0.8), crashed in its own machinery (0.8), breaks off after a
    call or a result with nothing said any more (0.6; handing the matter on to somebody is an end), ends with an empty
    message (0.6), with the announcement of a next step (0.6), or with the agent giving up (0.6).

    The critical step is the last deed: the call, change or message after which nothing more came. Records that are
    still being written look the same; analyse a run when it is over.
    """
    if not run.steps:
        return None
    last = run.steps[-1]
    deed = _last_deed(run) or last
    for end in reversed(run.steps[-3:]):
        if end.kind in ("end", "error", "notification") and LIMIT.search(end.text):
            return found(LABEL, 0.8, deed.seq, [end.seq], f"Stopped at a limit: {excerpt(end.text, 80)}")
        if end.kind in ("say", "think", "error") and _CRASH.search(end.text) and end.at == last.at:
            return found(LABEL, 0.8, deed.seq, [end.seq], "The run crashed in its own machinery.")
    if last.kind == "say" and not last.text.strip() and last.to is None:
        return found(LABEL, 0.6, last.seq, [], "The last message is empty.")
    handed_on = bool(run.calls) and HANDS_ON.search(run.calls[-1].tool)
    if not run.closed and last.kind in ("call", "result") and not handed_on:
        return found(LABEL, 0.6, deed.seq, [last.seq], f"Breaks off after a {last.kind}; nothing is said any more.")
    if run.last_say is not None and run.last_say.at >= last.at - 2:
        said = prose(run.last_say.text).strip()
        if gives_up := GIVES_UP.search(said):
            return found(LABEL, 0.6, run.last_say.seq, [], f"Gives up: {excerpt(gives_up[0])}")
        if ANNOUNCES.search(said[-300:]):
            return found(LABEL, 0.6, run.last_say.seq, [], "Ends with the announcement of a step that never comes.")
    return None


def _last_deed(run: Run) -> Step | None:
    for step in reversed(run.steps):
        if step.kind in ("call", "edit", "browser_action", "say"):
            return step
    return None
