"""A call the tool could not even read."""

import re

from .detection import Detection, found
from .run import Run
from .text import excerpt

LABEL = "malformed_tool_call"

_REFUSED = re.compile(
    r"\b(?:invalid|unexpected|unknown|missing|required|unrecogni[sz]ed) (?:\w+ ){0,3}"
    r"(?:arguments?|parameters?|propert(?:y|ies)|"
    r"fields?|keys?|tool|function)\b|InputValidationError|ValidationError|JSONDecodeError|not valid JSON|"
    r"unexpected keyword argument|unknown (?:tool|function)|no such tool|missing \d+ required|"
    r"(?:tool|function) \S{1,60} (?:not found|does not exist)|unknown language|no code block",
    re.IGNORECASE | re.ASCII,
)


def detect(run: Run) -> Detection | None:
    """Arguments that are not an object (0.9), or a result that refuses the call itself: unknown tool, missing or
    unexpected argument, not valid JSON (0.8; 0.5 when the same tool succeeds later).

    An error about the content (a file that is not there) is no malformed call. The critical step is the call.
    """
    succeeded: dict[str, int] = {}
    for call in run.calls:
        if call.result is not None and not call.broken:
            succeeded[call.tool] = call.seq
    best: Detection | None = None
    for call in run.calls:
        seen = [call.result_seq] if call.result_seq is not None else []
        if call.arguments is not None and not isinstance(call.arguments, dict):
            return found(LABEL, 0.9, call.seq, seen, f"{call.tool} was called with arguments that are no object.")
        if call.error is not None and _REFUSED.search(call.error[:500]):
            mended = succeeded.get(call.tool, -1) > call.seq
            if best is None or (best.confidence < 0.8 and not mended):
                text = f"{call.tool} refused the call: {excerpt(call.error, 100)}"
                best = found(LABEL, 0.5 if mended else 0.8, call.seq, seen, text)
    return best
