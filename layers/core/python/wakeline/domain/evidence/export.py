"""The parts of an exported trace that make it verifiable: what docs/evidence.md specifies."""

from typing import Any

from wakeline.domain.trace import Trace

FORMAT = "wakeline-export/1"


def head_json(trace: Trace) -> dict[str, Any]:
    """HEAD, every field of it: its seal covers them all."""
    return trace.to_json()
