"""GET /api/v1/webhooks/{webhook_id}/deliveries — what was sent to a webhook, and what came back."""

from typing import Annotated

from pydantic import Field

from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import webhooks
from wakeline.wiring import evidence

from ._models import DeliveryPage, delivery_view


@endpoint("GET /api/v1/webhooks/{webhook_id}/deliveries", scope="admin")
def list_deliveries(
    caller: Caller,
    webhook_id: str,
    limit: Annotated[int, Field(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> DeliveryPage:
    """Newest event first, for thirty days."""
    found, behind = webhooks.log(evidence.webhooks(), caller, webhook_id, limit, cursor)
    return {"deliveries": [delivery_view(line) for line in found], "next_cursor": behind}


handler = lambda_entry(list_deliveries)
