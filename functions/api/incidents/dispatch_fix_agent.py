"""POST /api/incidents/{incident_id}/fix-agent — propose a fix: a plan and a diff."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.fixes.changes import MAX_FILE, is_path
from wakeline.domain.fixes.remedies import ALLOWED
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import fixes
from wakeline.services.fixes import FixAnswer, FixRequest
from wakeline.wiring import govern, understanding

Path = Annotated[str, StringConstraints(min_length=1, max_length=300)]
_NO_GLOB = str.maketrans("*?[]!", "xxxxx")


class FixOptions(BaseModel):
    """What may be changed. Without `files`, those of the connected repository are looked at, if there is one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    files: Annotated[
        dict[Path, Annotated[str, StringConstraints(max_length=MAX_FILE)]],
        Field(max_length=50, description="Texts of files as they are, by path."),
    ] = {}
    allowed_paths: Annotated[list[Path], Field(min_length=1, max_length=50)] = list(ALLOWED)
    instructions: Annotated[str, StringConstraints(max_length=4000)] | None = None
    repo: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}\z")] | None = None
    pull_request: bool = True

    @model_validator(mode="after")
    def _inside(self) -> "FixOptions":
        wrong = next((path for path in self.files if not is_path(path)), None)
        if wrong is not None:
            raise ValueError("files: paths are relative, plain and stay inside their folder")
        if not all(is_path(pattern.removesuffix("/").translate(_NO_GLOB)) for pattern in self.allowed_paths):
            raise ValueError("allowed_paths: patterns are relative, plain and stay inside their folder")
        return self


@endpoint("POST /api/incidents/{incident_id}/fix-agent", scope="incidents:write")
def dispatch_fix_agent(caller: Caller, incident_id: str, body: FixOptions) -> FixAnswer:
    """By a model on Bedrock, where one is configured and answers usably; else by the remedy of the incident's label.

    With a GitHub App of the workspace it also opens a draft pull request in `repo`, or the repository of the run.
    """
    request = FixRequest(body.files, tuple(body.allowed_paths), body.instructions, body.pull_request)
    return fixes.dispatch(
        understanding.stores(),
        wiring.env(),
        govern.audit_log(),
        caller,
        incident_id,
        request,
        understanding.fix_model(),
        lambda repo: understanding.repository(caller.workspace_id, body.repo or repo),
    )


handler = lambda_entry(dispatch_fix_agent)
