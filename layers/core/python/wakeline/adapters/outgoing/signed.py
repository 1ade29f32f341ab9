"""Standard Webhooks (standardwebhooks.com): the headers that sign a request."""

from datetime import datetime


def signed_headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """`webhook-id`, `webhook-timestamp` and `webhook-signature` of a body; `secret` is `whsec_<base64>`."""
    from standardwebhooks.webhooks import Webhook

    signature = Webhook(secret).sign(message_id, at, body.decode())
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
