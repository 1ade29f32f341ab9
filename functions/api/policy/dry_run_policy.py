"""POST /api/policy/dry-run — what a draft of the policy would have said to past evaluations."""

from typing import Annotated

from pydantic import Field

from api.policy._models import text_of
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.policy import MAX_TEXT
from wakeline.http.endpoint import Request, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import policy_dry_run
from wakeline.services.policy_dry_run import DryRun


@endpoint(
    "POST /api/policy/dry-run",
    scope="traces:read",
    max_body=MAX_TEXT,
    takes={"application/toml": str},
    remember=False,
    errors=(415,),
)
def dry_run_policy(caller: Caller, request: Request, limit: Annotated[int, Field(ge=1, le=200)] = 100) -> DryRun:
    """Hold the rules of a policy that nobody has put against the newest evaluations, and say which it would answer
    otherwise. Nothing is changed by it. 400 with the line and key of each mistake.
    """
    return policy_dry_run.run(wiring.ledger(), wiring.index(), caller, text_of(request), limit)


handler = lambda_entry(dry_run_policy)
