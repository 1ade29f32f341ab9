"""Requests and answers of the regression run endpoints."""

from typing import Annotated, Any, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from wakeline import wiring
from wakeline.domain.ids import Id
from wakeline.domain.replay.regression import RegressionRun


class Change(BaseModel):
    """One change of the replays."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    kind: Literal["prompt", "message", "tool_output", "model", "temperature", "parameters"]
    span_id: Id | None = None
    value: Any


class RegressionBody(BaseModel):
    """What is to be tried: changes (absent: those of the proposed fix), whose pull request it is, and who answers."""

    model_config = ConfigDict(extra="ignore", strict=True, defer_build=True)

    substitutions: Annotated[list[Change], Field(max_length=50)] | None = None
    pr_url: Annotated[str, StringConstraints(pattern=r"^https?://\S+\z", max_length=2048)] | None = None
    engine: Literal["recorded", "bedrock"] = "recorded"


class RegressionJson(TypedDict):
    """A regression run as the API shows it; the counts are of sessions."""

    id: str
    incident_id: str
    workspace_id: str
    project_id: str
    status: str
    reason: str | None
    engine: str
    pr_url: str | None
    before_pass: int
    before_fail: int
    after_pass: int
    after_fail: int
    inconclusive: int
    verified: bool
    fallback: bool
    rows: list[dict[str, Any]]
    substitutions: list[dict[str, Any]]
    created_at: str
    created_by: str
    updated_at: str


class RegressionAnswer(TypedDict):
    """One run."""

    regression_run: RegressionJson


def regression_json(run: RegressionRun) -> RegressionJson:
    """A run as the API shows it."""
    status, reason = run.status_at(wiring.env().now())
    said = run.to_json()
    return {
        "id": run.id,
        "incident_id": run.incident_id,
        "workspace_id": run.workspace_id,
        "project_id": run.project_id,
        "status": status,
        "reason": reason,
        "engine": run.engine,
        "pr_url": run.pr_url,
        "before_pass": run.count("before", "pass"),
        "before_fail": run.count("before", "fail"),
        "after_pass": run.count("after", "pass"),
        "after_fail": run.count("after", "fail"),
        "inconclusive": run.count("after", "inconclusive"),
        "verified": run.verified,
        "fallback": run.fallback,
        "rows": said["rows"],
        "substitutions": said["substitutions"],
        "created_at": run.created_at,
        "created_by": run.created_by,
        "updated_at": run.updated_at,
    }
