"""POST /api/v1/webhooks — subscribe a URL to events."""

from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import webhooks
from wakeline.wiring import evidence

from ._models import NewWebhook, WebhookBody, webhook_view


@endpoint("POST /api/v1/webhooks", scope="admin", status=201, remember=False)
def create_webhook(caller: Caller, body: WebhookBody) -> NewWebhook:
    """`secret` is in this answer only; messages are signed with it (standardwebhooks.com)."""
    made, secret = webhooks.create(evidence.post(), caller, body.url, body.events, body.description)
    return {**webhook_view(made), "secret": secret}


handler = lambda_entry(create_webhook)
