"""GET /api/v1/approvals/{approval_id} — one request, with the context that the agent gave."""

from wakeline.domain.approvals import ApprovalDetail
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import approvals
from wakeline.wiring import govern


@endpoint("GET /api/v1/approvals/{approval_id}", scope="approvals:read")
def get_approval(caller: Caller, approval_id: str) -> ApprovalDetail:
    """The request; `context` is null once its trace's payloads were erased."""
    return approvals.detail(govern.governors(), caller, approval_id)


handler = lambda_entry(get_approval)
