"""POST /api/v1/billing/portal — see, change and end what the workspace bought."""

from api.billing import _models
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import billing
from wakeline.wiring import find


@endpoint("POST /api/v1/billing/portal", scope="admin", remember=False, errors=(503,))
def create_portal(caller: Caller, body: _models.PortalBody) -> _models.Sent:
    """The URL of the customer portal at Dodo Payments. It lets its holder in, so it is kept nowhere."""
    return {"url": billing.portal(find.accounts(), find.payments(), caller, body.return_url)}


handler = lambda_entry(create_portal)
