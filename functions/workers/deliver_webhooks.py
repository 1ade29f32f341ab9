"""Started by the queue of webhook messages — sends each, and puts those that failed back for later."""

from typing import Any

from wakeline.observability import count, logger
from wakeline.services import webhooks
from wakeline.wiring import evidence


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """What cannot be handled at all comes again by itself and ends with the dead letters."""
    again, states = [], []
    post = evidence.post()
    for record in event["Records"]:
        try:
            message = evidence.queued(record["body"])
            state = webhooks.deliver(post, message)
            states.append(state)
            logger().info("webhook", extra={"webhook_id": message.webhook_id, "message_id": message.id, "state": state})
        except Exception:
            logger().exception("a webhook message failed", extra={"message_id": record["messageId"]})
            again.append({"itemIdentifier": record["messageId"]})
    count(WebhooksFailed=states.count("failed"))
    return {"batchItemFailures": again}
