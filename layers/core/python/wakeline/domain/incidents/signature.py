"""The signature of a failure: what it says once everything that differs from run to run is taken out.

Numbers, ids, paths, addresses and quoted text go; the words that name the fault stay. All patterns are ASCII, so that
a signature is the same on every Python.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from wakeline.domain.detectors import Detection, Run
from wakeline.domain.detectors.run import Step
from wakeline.domain.detectors.text import FAILURE

LENGTH = 160
_READ = 600
"""Characters of the telling line that are looked at: a line may be a megabyte."""

_REMOVED = (
    # Quoted text; an apostrophe inside a word opens no quotation.
    (r"\"[^\"\n]*\"|`[^`\n]*`|“[^”\n]*”|‘[^’\n]*’|«[^»\n]*»|(?<![\w'])'[^'\n]*'(?!\w)", " "),
    (r"\b[a-z][a-z0-9+.-]{1,20}://\S+", " "),
    (r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b", " "),
    # Paths of both kinds, and names of files.
    (r"\b[a-z]:\\\S*|(?<![\w.])(?:~|\.{1,2})?(?:[\\/][\w.@+%~-]+)+[\\/]?|\b[\w.@+-]+(?:[\\/][\w.@+%~-]+)+[\\/]?", " "),
    (
        r"\b[\w-]+\.(?:py|js|ts|tsx|jsx|json|ya?ml|toml|txt|md|csv|html?|sh|rs|go|java|c|h|cpp|rb|php|sql|log|lock)\b",
        " ",
    ),
    (r"\b\d{4}-\d\d-\d\d(?:[t ][\d:.,]+(?:z|[+-]\d\d:?\d\d)?)?", " "),
    (r"\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|0x[0-9a-f]+|[0-9a-f]{8,})\b", " "),
    # Hexadecimal behind a separator may be an id without a digit: order-cafe.
    (r"[\w.:#$%+-]*[_#=:-][0-9a-f]{4,}\b", " "),
    # Any word with a digit in it, with the parts that hang on it: order_7f3a, 10:04, 3.5kb, v1.2.
    (r"[\w.:#$%+-]*\d[\w.:#%+-]*", " "),
)
_PATTERNS = tuple((re.compile(pattern, re.ASCII), instead) for pattern, instead in _REMOVED)
_WORD = re.compile(r"[a-z_][a-z_'-]*", re.ASCII)
_TELLS = re.compile(
    r"error|exception|fail|denied|refused|not found|no such|invalid|timed? ?out|cannot|could not|unable|missing|fatal|"
    r"mismatch|expected|forbidden|limit",
    re.IGNORECASE | re.ASCII,
)
_EVIDENT = frozenset({"error", "goal_check", "notification", "dom_snapshot"})
_VALUES = frozenset({"expected", "actual", "got", "found", "wanted", "want", "value", "observed", "received"})
"""Fields of a mismatch that hold what differs from run to run."""


def normalised(text: str) -> str:
    """The words of a text that would be the same had the same fault befallen another run."""
    text = text[:_READ].lower()
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return " ".join(_WORD.findall(text))[:LENGTH].rstrip()


def signature_of(run: Run, detection: Detection) -> str:
    """The signature of one finding: the tool or deed it befell and what the record shows of it.

    What the evidence itself says comes first: an error, a failed check, a warning. Where nothing in the record failed
    (a rule was broken, an agent went in circles), it is the explanation.
    """
    evidence = [run.steps[run.of_seq[seq]] for seq in detection.evidence_refs if seq in run.of_seq]
    said = next((text for step in evidence if (text := _shown(step))), "")
    deed = _deed(run.steps[run.of_seq[detection.critical_step_seq]])
    tool = next((step.call.tool for step in evidence if step.call is not None), deed)
    # What a rule forbids stands in quotation marks and is the fault itself; a claim's wording is not.
    explained = detection.explanation.translate(_UNQUOTED) if detection.label == "forbidden_action" else ""
    told = normalised(telling_line(said)) or normalised(explained or detection.explanation)
    return f"{normalised(tool.replace('_', ' '))}: {told}".strip(": ")


_UNQUOTED = str.maketrans("“”", "  ")


def telling_line(text: str) -> str:
    """The line of an output that says what went wrong: the last of a traceback, else the first that sounds like it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return ""
    if "Traceback (most recent call last)" in text:
        return lines[-1]
    for pattern in (FAILURE, _TELLS):
        found = next((line for line in lines if pattern.search(line)), None)
        # "Exit code 1" tells nothing; the line behind it may.
        if found is not None and normalised(found) not in ("", "exit code", "exited with code"):
            return found
    return lines[0]


def _deed(step: Step) -> str:
    if step.call is not None:
        return step.call.tool
    action = step.payload.get("action") if step.kind == "browser_action" else None
    return action if isinstance(action, str) else ""


def _shown(step: Step) -> str:
    """What a piece of evidence says of the failure; empty where it shows none."""
    if step.call is not None and step.kind in ("call", "result"):
        return step.call.error or ""
    if step.kind == "goal_check":
        return "; ".join(_strings(step.payload.get("mismatches"))) or step.text
    if step.kind == "dom_snapshot":
        return "; ".join(_strings(step.payload.get("warnings")))
    if step.failed or step.kind in _EVIDENT:
        return step.text
    return ""


def _strings(value: Any) -> Iterator[str]:
    """The texts in a value, without its quotation marks, and without fields that hold one run's own values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value[:20]:
            yield from _strings(each)
    elif isinstance(value, dict):
        for name in sorted(value, key=str)[:20]:
            if str(name).lower() not in _VALUES:
                yield from ([f"{name}"] if not isinstance(value[name], str) else [value[name]])
    elif value is not None:
        yield json.dumps(value)
