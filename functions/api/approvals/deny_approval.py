"""POST /api/v1/approvals/{approval_id}/deny — deny an agent's request."""

from api.approvals._models import DecisionBody
from wakeline import wiring
from wakeline.domain.approvals import ApprovalView
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import approvals
from wakeline.wiring import govern


@endpoint("POST /api/v1/approvals/{approval_id}/deny", scope="approvals:write")
def deny_approval(caller: Caller, approval_id: str, body: DecisionBody) -> ApprovalView:
    """The request as denied, which ends its trace. 409 for one that is decided or expired."""
    stores, log = govern.governors(), govern.audit_log()
    return approvals.decide(stores, wiring.env(), log, caller, approval_id, "deny", body.why).to_json()


handler = lambda_entry(deny_approval)
