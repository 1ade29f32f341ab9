"""POST /api/v1/billing/checkout — begin to buy a plan for the workspace."""

from api.billing import _models
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import billing
from wakeline.wiring import find


@endpoint("POST /api/v1/billing/checkout", scope="admin", errors=(503,))
def create_checkout(caller: Caller, body: _models.CheckoutBody) -> _models.Sent:
    """The URL of a checkout at Dodo Payments. The plan changes once the provider's webhook says that it is paid."""
    url = billing.checkout(find.accounts(), find.payments(), caller, body.plan, body.email, body.return_url)
    return {"url": url}


handler = lambda_entry(create_checkout)
