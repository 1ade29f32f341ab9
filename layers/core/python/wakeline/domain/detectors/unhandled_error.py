"""A call failed and nobody came back to it."""

import re

from wakeline.domain.events import error_text

from .detection import Detection, found
from .run import DEEDS, Call, Run
from .text import ADMITS, LIMIT, changes_state, command_of, does_nothing, excerpt, prose

LABEL = "unhandled_error"

_CALLED_OFF = re.compile(r"\b(?:cancel|abort|interrupt)", re.IGNORECASE | re.ASCII)


def detect(run: Run) -> Detection | None:
    """An error that is never recovered from and never told: no later call of the same tool succeeds, no other error
    handler took it (`handled`), and the last message admits nothing.

    0.8 when it is the last thing the run did, else 0.5, and then only for tools that change something or run
    commands: a look that failed is an answer, too. In a conversation with a user, what the agent says after an error
    tells it. A remark in the place of a command is no call. The critical step is the call, or the event of the error;
    of a run that ends with an error (0.8; not with a limit, which is premature_end's, nor called off) what was done
    last.
    """
    told = run.last_say is not None and bool(ADMITS.search(prose(run.last_say.text)))
    if told:
        return None
    succeeded: dict[str, int] = {}
    for call in run.calls:
        if call.result is not None and not call.broken:
            succeeded[call.tool] = call.seq
    broken = [call for call in run.calls if call.broken and not does_nothing(call.arguments)]
    open_calls = [call for call in broken if succeeded.get(call.tool, -1) < call.seq]
    if open_calls:
        last = open_calls[-1]
        final = last is run.calls[-1]
        spoken = len(run.asked) > 1 and run.last_say is not None and run.last_say.seq > last.seq
        if spoken or not (final or changes_state(last.tool) or command_of(last.arguments)):
            return None
        return _of_call(last, 0.8 if final else 0.5)
    loose = [step for step in run.steps if step.kind == "result" and step.call is None]
    if loose and loose[-1].failed:
        step = loose[-1]
        cause = next((one for one in reversed(run.steps[: step.at]) if one.kind == "say"), step)
        return found(LABEL, 0.8, cause.seq, [step.seq], f"Never recovered from: {excerpt(step.text, 100)}")
    last_act = max((step.at for step in run.steps if step.kind in ("call", "say")), default=-1)
    for step in run.kind("error"):
        if step.payload.get("handled") is not True and step.at > last_act:
            return found(LABEL, 0.8, step.seq, [], f"The run ends at the error: {excerpt(step.text, 100)}")
    return _at_the_end(run)


def _at_the_end(run: Run) -> Detection | None:
    end = next(iter(reversed(run.kind("end"))), None)
    error = error_text(end.payload.get("error")) if end is not None else None
    if (
        end is None
        or error is None
        or LIMIT.search(error)
        or _CALLED_OFF.search(f"{end.payload.get('status')} {error}")
    ):
        return None
    cause = next((step for step in reversed(run.steps[: end.at]) if step.kind in DEEDS), end)
    return found(LABEL, 0.8, cause.seq, [end.seq], f"The run ended with an error: {excerpt(error, 100)}")


def _of_call(call: Call, confidence: float) -> Detection:
    seen = [call.result_seq] if call.result_seq is not None else []
    return found(
        LABEL, confidence, call.seq, seen, f"{call.tool} failed and was left so: {excerpt(call.error or '', 90)}"
    )
