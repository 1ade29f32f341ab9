"""POST /api/v1/webhooks/{webhook_id}/test — send a test message now."""

from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import webhooks
from wakeline.wiring import evidence

from ._models import DeliveryView, delivery_view


@endpoint("POST /api/v1/webhooks/{webhook_id}/test", scope="admin")
def test_webhook(caller: Caller, webhook_id: str) -> DeliveryView:
    """The answer says how it went; a webhook that was disabled and answers is enabled again."""
    return delivery_view(webhooks.try_out(evidence.post(), caller, webhook_id))


handler = lambda_entry(test_webhook)
