"""POST /api/v1/approvals/{approval_id}/approve — approve an agent's request."""

from api.approvals._models import DecisionBody
from wakeline import wiring
from wakeline.domain.approvals import ApprovalView
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import approvals
from wakeline.wiring import govern


@endpoint("POST /api/v1/approvals/{approval_id}/approve", scope="approvals:write")
def approve_approval(caller: Caller, approval_id: str, body: DecisionBody) -> ApprovalView:
    """The request as approved. 403 for one's own agent's, 409 for one that is decided or expired."""
    stores, log = govern.governors(), govern.audit_log()
    return approvals.decide(stores, wiring.env(), log, caller, approval_id, "approve", body.why).to_json()


handler = lambda_entry(approve_approval)
