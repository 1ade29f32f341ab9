"""POST /api/v1/policy/check — hold the policy's session rules against stored sessions."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import policy_check
from wakeline.services.policy_check import Check
from wakeline.wiring import govern


class CheckedSession(BaseModel):
    """A session by its id. What else a client says of it is passed over: the record counts."""

    model_config = ConfigDict(extra="ignore", strict=True)

    session_id: Id


class CheckBody(BaseModel):
    """Which sessions."""

    model_config = ConfigDict(extra="ignore", strict=True)

    sessions: Annotated[list[CheckedSession], Field(min_length=1, max_length=100)]


@endpoint("POST /api/v1/policy/check", scope="traces:read", errors=(404,))
def check_policy(caller: Caller, body: CheckBody) -> Check:
    """One result per session rule, over all of the sessions."""
    sessions = [each.session_id for each in body.sessions]
    return policy_check.check(wiring.ledger(), govern.policies(), caller, sessions)


handler = lambda_entry(check_policy)
