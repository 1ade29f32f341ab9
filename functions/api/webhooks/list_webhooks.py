"""GET /api/v1/webhooks — the subscriptions of the workspace."""

from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.wiring import evidence

from ._models import WebhookList, webhook_view


@endpoint("GET /api/v1/webhooks", scope="admin")
def list_webhooks(caller: Caller) -> WebhookList:
    """Oldest first, all of them: there are at most fifty."""
    found = evidence.webhooks().webhooks(caller.workspace_id)
    return {"webhooks": [webhook_view(each) for each in found], "total": len(found)}


handler = lambda_entry(list_webhooks)
