"""The queue of webhook messages, in SQS."""

import json
from dataclasses import asdict

from wakeline import settings
from wakeline.adapters import aws
from wakeline.domain.webhooks.webhook import Message


class SqsMessages:
    """The `MessageQueue` port."""

    def put(self, message: Message, delay: int) -> None:
        """Pattern: queue a message. SendMessage."""
        aws.client("sqs").send_message(
            QueueUrl=settings.webhook_queue_url(), MessageBody=json.dumps(asdict(message)), DelaySeconds=delay
        )


def read(body: str) -> Message:
    """A queued message. Raises ValueError or TypeError for what is none."""
    return Message(**json.loads(body))
