"""The same call again and again."""

from .detection import Detection, found
from .run import Call, Run
from .text import changes_state, excerpt, signature

LABEL = "retry_loop"
TIMES = 3
KEPT = 40
"""Calls of a loop that are kept as evidence, beside the newest."""


def detect(run: Run) -> Detection | None:
    """Three calls or more of one tool that fail with the same error (0.8), or with the same arguments and the same
    result (0.7), with no success of that tool between them and, for the same arguments, no edit. Twice is enough for
    a call that changes something, sent again with the same arguments after it was refused (0.6).

    Numbers, paths and quoted text do not make errors different. The critical step is the second of the calls: the first
    that could be known to be in vain. Waiting for something (a result that changes) is no loop.
    """
    edits = [step.seq for step in run.kind("edit")]
    edited = 0
    streaks: dict[str, tuple[str, list[Call]]] = {}
    best: tuple[str, list[Call]] | None = None
    for call in run.calls:
        while edited < len(edits) and edits[edited] < call.seq:
            edited += 1
        how = f"error {signature(call.error)}" if call.error else f"same {edited} {call.spelled} {call.result}"
        kind, calls = streaks.get(call.tool, ("", []))
        calls = [*calls[-KEPT:], call] if kind == how else [call]
        streaks[call.tool] = (how, calls)
        if len(calls) >= TIMES and (best is None or len(calls) > len(best[1])):
            best = (how, calls)
    if best is None:
        return _sent_again(run)
    how, calls = best
    failed = how.startswith("error")
    more = " and more" if len(calls) > KEPT else ""
    what = "failed the same way" if failed else "gave the same result to the same arguments"
    return found(
        LABEL,
        0.8 if failed else 0.7,
        calls[1].seq,
        [one.seq for one in calls],
        f"{calls[0].tool} {what} {len(calls)} times in a row{more}.",
    )


def _sent_again(run: Run) -> Detection | None:
    refused: dict[tuple[str, str], Call] = {}
    for call in run.calls:
        before = refused.get(call.key)
        if before is not None and call.error == before.error:
            text = f"{call.tool} is sent again unchanged after it was refused: {excerpt(call.error or '', 80)}"
            return found(LABEL, 0.6, call.seq, [before.seq], text)
        if call.broken and changes_state(call.tool):
            refused[call.key] = call
    return None
