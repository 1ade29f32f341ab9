"""A value nobody gave, used as if it were known."""

import re

from .detection import Detection, found
from .run import Run, Step
from .text import CONJECTURE, FENCE, excerpt

LABEL = "invented_reference"

_REFERENCE = re.compile(r"https?://[^\s\"'<>)\]}]+|(?<![\w/])(?:~|\.{0,2})/(?:[\w.@+-]+/)*[\w.@+-]{2,}|\b(?=\w*\d)[A-Za-z0-9_-]{6,40}\b")
_MISSING = re.compile(r"\b(?:not found|no such|does ?n[o']t exist|could not resolve|404|unknown|invalid id)\b", re.IGNORECASE)
_MAKES = re.compile(r"write|create|mkdir|touch|edit|new|install|book|generate", re.IGNORECASE)
_PER_TEXT = 200


def detect(run: Run) -> Detection | None:
    """Code handed over to be run, or a call, that works on a stand-in for a value nobody has: placeholder, assumed or
    sample data, `path/to`, XXXX (0.8); or a call that fails because the path, address or id in it does not exist,
    which no earlier event had named (0.7).

    The critical step is the message or call that used it first. Reading or making something new is not inventing:
    calls that write or create are passed over in the second part. The goal's own stand-ins do not count.
    """
    goal = run.goal.text if run.goal is not None else ""
    allowed = {match[0].lower() for match in CONJECTURE.finditer(goal)}
    says = {step.seq for step in run.says}
    known: set[str] = set()
    missing: Detection | None = None
    for step in run.steps:
        if step.seq in says and step.code:
            stand_in = _stand_in(step, allowed)
            if stand_in:
                text = f"Works on a value nobody gave: “{excerpt(stand_in, 60)}”."
                return found(LABEL, 0.8, step.seq, [], text)
        elif step.call is not None and step.kind == "call" and missing is None:
            unknown = [name for name in _references(step.text) if name not in known]
            error = step.call.error
            if unknown and error and _MISSING.search(error[:600]) and not _MAKES.search(step.call.tool):
                hit = next((name for name in unknown if name in error.lower()), None)
                if hit is not None:
                    seen = [step.call.result_seq] if step.call.result_seq is not None else []
                    missing = found(LABEL, 0.7, step.seq, seen, f"{excerpt(hit, 60)} was never named before and does not exist.")
        known.update(_references(step.text))
    return missing


def _stand_in(step: Step, allowed: set[str]) -> str | None:
    """The stand-in a message with code uses; a sentence that only warns against one is none."""
    for match in CONJECTURE.finditer(step.text):
        if match[0].lower() not in allowed:
            return match[0]
    return None


def _references(text: str) -> list[str]:
    out = []
    for match in _REFERENCE.finditer(FENCE.sub(lambda code: code[0], text)):
        out.append(match[0].lower().rstrip(".,;:"))
        if len(out) == _PER_TEXT:
            break
    return out
