"""DELETE /api/v1/webhooks/{webhook_id} — end a subscription."""

from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import webhooks
from wakeline.wiring import evidence


@endpoint("DELETE /api/v1/webhooks/{webhook_id}", scope="admin", status=204)
def delete_webhook(caller: Caller, webhook_id: str) -> None:
    """What is queued for it is dropped."""
    webhooks.delete(evidence.post(), caller, webhook_id)


handler = lambda_entry(delete_webhook)
