"""Request and response shapes of analyses."""

from typing import Annotated, Any, TypedDict

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from wakeline.domain.ids import Id, Label
from wakeline.domain.views.analysis import AnalysisView
from wakeline.domain.views.incident import IncidentView

MAX_DETECTIONS = 100
Seq = Annotated[int, Field(ge=0)]
Confidence = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,63}\z")]
Text = Annotated[str, StringConstraints(max_length=4096)]


class Detection(BaseModel):
    """One finding of a service."""

    model_config = ConfigDict(extra="forbid")

    label: Name
    confidence: Confidence
    critical_step_seq: Seq
    evidence_refs: Annotated[list[Seq], Field(max_length=100)] = []
    explanation: Text = ""


class AnalysisResult(BaseModel):
    """What a service found. Other fields of an analysis may be sent along, as GET shows it; they are passed over."""

    labels: Annotated[list[Name], Field(max_length=50)]
    confidence: Confidence = 0.0
    critical_step_seq: Seq | None = None
    critical_agent: Label | None = None
    root_cause: Text | None = None
    detections: Annotated[list[Detection], Field(max_length=MAX_DETECTIONS)] = []
    evidence: dict[str, Any] | list[Any] | None = None
    detector_version: Annotated[Label, StringConstraints(max_length=64)] = "service"
    head_hash: Annotated[str, StringConstraints(max_length=80)] | None = None
    incident_ids: Annotated[list[Id], Field(max_length=50)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _unwrapped(cls, sent: Any) -> Any:
        """The answer of GET, `{"analysis": {…}}`, is as good."""
        inner = sent.get("analysis") if isinstance(sent, dict) else None
        return inner if isinstance(inner, dict) else sent


class Answer(TypedDict):
    """An analysis and the incidents that its trace is in, surest first."""

    analysis: AnalysisView
    incidents: list[IncidentView]


class Stored(TypedDict):
    """A trace's analysis; None before the first."""

    analysis: AnalysisView | None
