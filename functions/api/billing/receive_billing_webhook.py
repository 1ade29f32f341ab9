"""POST /api/v1/billing/webhook — what the payment provider tells of subscriptions."""

from typing import Any, TypedDict

from wakeline import wiring
from wakeline.http.endpoint import Request, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import billing
from wakeline.wiring import find, govern

MAX_BODY = 256 * 1024


class Received(TypedDict):
    """`duplicate`: the message was here before. `applied`: it changed the workspace's billing."""

    received: bool
    duplicate: bool
    applied: bool


@endpoint(
    "POST /api/v1/billing/webhook",
    scope=None,
    max_body=MAX_BODY,
    takes={"application/json": dict[str, Any]},
    errors=(401, 503),
)
def receive_billing_webhook(request: Request) -> Received:
    """Public, signed by Standard Webhooks; 401 for a signature that is wrong or over five minutes old."""
    payments = find.payments()
    taken = billing.receive(
        find.accounts(), wiring.keys(), payments, govern.audit_log(), request.body(MAX_BODY), request.headers
    )
    return {"received": True, "duplicate": not taken.new, "applied": taken.applied}


handler = lambda_entry(receive_billing_webhook)
