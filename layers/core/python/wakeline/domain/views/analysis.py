"""An analysis as the API shows it. Nothing in it depends on when it was made: the same events give the same bytes."""

from typing import Any, TypedDict

from wakeline.domain.analyses import StoredAnalysis


class AnalysisView(TypedDict):
    """`head_hash` and `event_count` say of which record it speaks; seqs are those of the trace's events."""

    trace_id: str
    session_id: str
    project_id: str
    labels: list[str]
    confidence: float
    critical_step_seq: int | None
    critical_agent: str | None
    root_cause: str | None
    detections: list[dict[str, Any]]
    evidence: Any
    incident_ids: list[str]
    source: str
    detector_version: str
    head_hash: str
    event_count: int


def analysis_view(stored: StoredAnalysis) -> AnalysisView:
    """Every field of an analysis."""
    return {
        "trace_id": stored.trace_id,
        "session_id": stored.trace_id,
        "project_id": stored.project_id,
        "labels": list(stored.labels),
        "confidence": stored.confidence,
        "critical_step_seq": stored.critical_step_seq,
        "critical_agent": stored.critical_agent,
        "root_cause": stored.root_cause,
        "detections": list(stored.detections),
        "evidence": stored.evidence,
        "incident_ids": stored.incident_ids,
        "source": stored.source,
        "detector_version": stored.detector_version,
        "head_hash": stored.head_hash,
        "event_count": stored.event_count,
    }
