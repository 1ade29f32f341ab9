"""POST /api/v1/evaluate — may an agent do this?"""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id, Label, printable
from wakeline.domain.policy.document import Classification
from wakeline.http.endpoint import Request, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import evaluation
from wakeline.services.evaluation import Evaluation
from wakeline.wiring import govern

Word = Annotated[Label, StringConstraints(max_length=1_000)]
Scope = Annotated[str, StringConstraints(min_length=1, max_length=2_000), AfterValidator(printable)]


class EvaluateBody(BaseModel):
    """The action. `context` is kept with the trace: at most 10 KB."""

    model_config = ConfigDict(extra="ignore", strict=True)

    agent_id: Id
    operation: Word
    target_integration: Word
    resource_scope: Scope
    data_classification: Classification
    context: dict[str, Any] | None = None
    parent_trace_id: Id | None = None
    project_id: Id | None = None


@endpoint("POST /api/v1/evaluate", scope="evaluate")
def create_evaluation(caller: Caller, request: Request, body: EvaluateBody) -> Evaluation:
    """allow, approval_required or deny, and the trace that says so. The same Idempotency-Key is the same trace."""
    asked = evaluation.Request(**body.model_dump())
    key = request.headers.get("idempotency-key")
    return evaluation.evaluate(govern.governors(), wiring.env(), caller, asked, key).to_json()


handler = lambda_entry(create_evaluation)
