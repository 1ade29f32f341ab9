"""Faults: what went wrong in one run, by cause. Findings that rest on the same events are one fault."""

from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Self

from wakeline.domain.detectors import Analysis, Detection, Run

from .signature import signature_of


@dataclass(frozen=True, slots=True)
class Fault:
    """One cause of failure in one run. `label` is that of the finding which comes first; `labels` are all of it.

    `fingerprint` names the cause across runs: label, agent and signature.
    """

    label: str
    labels: tuple[str, ...]
    agent: str
    signature: str
    confidence: float
    critical_step_seq: int
    evidence_refs: tuple[int, ...]
    explanation: str

    @property
    def fingerprint(self) -> str:
        said = "\0".join((self.label, self.agent, self.signature))
        return sha256(said.encode()).hexdigest()[:32]

    def incident_id(self, workspace_id: str, project_id: str) -> str:
        """The id of the incident that this fault belongs to: it follows from the fault, so there is never a twin."""
        said = "\0".join((workspace_id, project_id, self.fingerprint))
        return f"inc_{sha256(said.encode()).hexdigest()[:26]}"

    def to_json(self) -> dict[str, Any]:
        """Every field, for storage."""
        return {**asdict(self), "labels": list(self.labels), "evidence_refs": list(self.evidence_refs)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read `to_json` back."""
        return cls(
            **{**stored, "labels": tuple(stored["labels"]), "evidence_refs": tuple(stored["evidence_refs"])},
        )


def faults_of(run: Run, analysis: Analysis) -> list[Fault]:
    """The faults of a run, surest first.

    Of the findings that rest on common events, the one whose critical step comes first is the cause and gives the fault
    its label, and the others are what followed from it: a wrong booking, and the claim that all went well.
    """
    faults = [_fault(run, found) for found in _connected(analysis.detections)]
    return sorted(faults, key=lambda fault: (-fault.confidence, fault.critical_step_seq, fault.label))


def _connected(detections: tuple[Detection, ...]) -> list[list[Detection]]:
    """Detections in groups that share evidence, directly or by way of others."""
    groups: list[tuple[set[int], list[Detection]]] = []
    for detection in detections:
        refs, members = set(detection.evidence_refs), [detection]
        apart = []
        for held in groups:
            if held[0] & refs:
                refs, members = refs | held[0], held[1] + members
            else:
                apart.append(held)
        groups = [*apart, (refs, members)]
    return [members for _, members in groups]


def _fault(run: Run, found: list[Detection]) -> Fault:
    lead = min(found, key=lambda one: (one.critical_step_seq, -one.confidence, one.label))
    labels = dict.fromkeys([lead.label, *sorted(one.label for one in found)])
    return Fault(
        label=lead.label,
        labels=tuple(labels),
        agent=(run.agent_of(lead.critical_step_seq) or "agent")[:128],
        signature=signature_of(run, lead),
        confidence=max(one.confidence for one in found),
        critical_step_seq=lead.critical_step_seq,
        evidence_refs=tuple(sorted({seq for one in found for seq in one.evidence_refs})[:50]),
        explanation=lead.explanation,
    )
