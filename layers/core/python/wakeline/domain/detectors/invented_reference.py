"""A value nobody gave, used as if it were known."""

import re

from .detection import Detection, found
from .run import Run, Step
from .text import CONJECTURE, excerpt

LABEL = "invented_reference"

_REFERENCE = re.compile(
    r"https?://[^\s\"'<>)\]}]+|(?<![\w/])(?:~|\.{0,2})/(?:[\w.@+-]+/)*[\w.@+-]{2,}|\b(?=\w*\d)[A-Za-z0-9_-]{6,40}\b",
    re.ASCII,
)
_MISSING = re.compile(
    r"\b(?:not found|no such|does ?n[o']t exist|could not resolve|404|unknown|invalid id)\b", re.IGNORECASE | re.ASCII
)
_MAKES = re.compile(r"write|create|mkdir|touch|edit|new|install|book|generate", re.IGNORECASE | re.ASCII)
_PER_TEXT = 200
MOST_SUSPECTS = 20
"""Failed calls looked into: each is searched for in all that came before it."""


def detect(run: Run) -> Detection | None:
    """Code handed over to be run, or a call, that works on a stand-in for a value nobody has: placeholder, assumed or
    sample data, `path/to`, rows of X (0.8); or a call that fails because the path, address or id in it does not exist,
    which no earlier event had named (0.7).

    The critical step is the message or call that used it first. Reading or making something new is not inventing:
    calls that write or create are passed over in the second part. The goal's own stand-ins do not count.
    """
    allowed = {match[0].lower() for match in CONJECTURE.finditer(run.aim)}
    for step in run.says:
        if step.code and (stand_in := _stand_in(step, allowed)):
            text = f"Works on a value nobody gave: “{excerpt(stand_in, 60)}”."
            return found(LABEL, 0.8, step.seq, [], text)
    suspects = 0
    for call in run.calls:
        if call.error is None or _MAKES.search(call.tool) or not _MISSING.search(call.error[:600]):
            continue
        error = call.error.lower()
        name = next((one for one in _references(call.spelled) if one in error), None)
        if name is not None and not _named_before(run, call.seq, name):
            seen = [call.result_seq] if call.result_seq is not None else []
            return found(LABEL, 0.7, call.seq, seen, f"{excerpt(name, 60)} was never named before and does not exist.")
        suspects += name is not None
        if suspects == MOST_SUSPECTS:
            break
    return None


def _named_before(run: Run, seq: int, name: str) -> bool:
    return name in run.stated.lower() or any(name in step.text.lower() for step in run.steps[: run.of_seq[seq]])


def _stand_in(step: Step, allowed: set[str]) -> str | None:
    """The stand-in a message with code uses; a sentence that only warns against one is none."""
    for match in CONJECTURE.finditer(step.text):
        if match[0].lower() not in allowed:
            return match[0]
    return None


def _references(text: str) -> list[str]:
    out = []
    for match in _REFERENCE.finditer(text):
        out.append(match[0].lower().rstrip(".,;:"))
        if len(out) == _PER_TEXT:
            break
    return out
