"""GET /api/v1/webhooks/{webhook_id} — one subscription."""

from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import webhooks
from wakeline.wiring import evidence

from ._models import WebhookView, webhook_view


@endpoint("GET /api/v1/webhooks/{webhook_id}", scope="admin")
def get_webhook(caller: Caller, webhook_id: str) -> WebhookView:
    """Also whether it is disabled, and why."""
    return webhook_view(webhooks.get(evidence.webhooks(), caller, webhook_id))


handler = lambda_entry(get_webhook)
