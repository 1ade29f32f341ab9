"""What a detector says, and what the analysis of a run says."""

from dataclasses import asdict, dataclass
from typing import Any

MAX_EVIDENCE = 20
"""Events named per detection: the first ones."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One finding. `confidence` is 0–1; `critical_step_seq` and `evidence_refs` are seqs of the run's events."""

    label: str
    confidence: float
    critical_step_seq: int
    evidence_refs: tuple[int, ...]
    explanation: str

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "evidence_refs": list(self.evidence_refs)}


def found(label: str, confidence: float, critical: int, evidence: list[int], explanation: str) -> Detection:
    """A detection with its evidence in order, each once, the critical step always among it."""
    refs = sorted({critical, *evidence[:MAX_EVIDENCE]})
    return Detection(label, round(confidence, 2), critical, tuple(refs), explanation)


@dataclass(frozen=True, slots=True)
class Analysis:
    """The run as a whole. `labels`: surest first. Without a critical step there is no agent and no cause either."""

    detector_version: str
    labels: tuple[str, ...]
    confidence: float
    critical_step_seq: int | None
    critical_agent: str | None
    root_cause: str | None
    detections: tuple[Detection, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "detector_version": self.detector_version,
            "labels": list(self.labels),
            "confidence": self.confidence,
            "critical_step_seq": self.critical_step_seq,
            "critical_agent": self.critical_agent,
            "root_cause": self.root_cause,
            "detections": [detection.to_json() for detection in self.detections],
        }
