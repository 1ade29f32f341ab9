"""Webhooks through their handlers: an event of the bus becomes messages on the queue, and a message is sent."""

import json
from typing import Any

import pytest

from tests.fakes.webhooks import FarEnd
from wakeline.adapters import aws
from wakeline.domain.webhooks.webhook import Webhook
from wakeline.services.webhooks import Post
from wakeline.wiring import evidence, govern

DETAIL = {"id": "evn_1", "workspace_id": "ws_1", "trace_id": "trc_1", "occurred_at": "2026-03-21T10:00:00.000Z"}
EVENT = {"id": "x", "source": "wakeline", "detail-type": "trace.completed", "detail": DETAIL}


@pytest.fixture
def far_end(workers, monkeypatch):
    far = FarEnd()
    real = evidence.post

    def post() -> Post:
        made = real()
        return Post(made.store, made.queue, far, govern.audit_log(), made.env, made.master, lambda: 0.5)

    monkeypatch.setattr(evidence, "post", post)
    return far


@pytest.fixture
def subscribed(workers):
    said: dict[str, Any] = {"description": None, "created_at": "2026-03-21T10:00:00.000Z", "created_by": "key_1"}
    for webhook_id, events in (("whk_1", ("trace.*",)), ("whk_2", ("budget.*",))):
        made = Webhook(workspace_id="ws_1", id=webhook_id, url="https://example.com/x", events=events, **said)
        assert evidence.webhooks().create(made)


def invoke(workers, name, event):
    return workers.functions.invoke(workers.functions.all[name], event)


def received(workers):
    """What waits on the queue, as Lambda would hand it over."""
    url = workers.functions.all["DeliverWebhooks"].environment["WEBHOOK_QUEUE_URL"]
    found = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for each in found:
        aws.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return [{"messageId": each["MessageId"], "body": each["Body"]} for each in found]


def test_from_the_bus_to_the_far_end(workers, far_end, subscribed):
    assert invoke(workers, "FanOutWebhooks", EVENT) == {"queued": 1}
    records = received(workers)
    assert invoke(workers, "DeliverWebhooks", {"Records": records}) == {"batchItemFailures": []}
    ((url, secret, message_id, body),) = far_end.got
    assert (url, json.loads(body)["id"]) == ("https://example.com/x", message_id)
    assert secret.startswith("whsec_")
    ((_, line),) = evidence.webhooks().log("ws_1", "whk_1", None, 10)
    assert (line.message_id, line.state) == (message_id, "delivered")


def test_a_failed_message_goes_back_to_the_queue(workers, far_end, subscribed):
    far_end.answers = lambda _: 503
    invoke(workers, "FanOutWebhooks", EVENT)
    invoke(workers, "DeliverWebhooks", {"Records": received(workers)})
    ((_, line),) = evidence.webhooks().log("ws_1", "whk_1", None, 10)
    assert (line.state, line.attempts, line.status_code) == ("retrying", 1, 503)
    stands = evidence.webhooks().get("ws_1", "whk_1")
    assert stands is not None
    assert stands.failing_since is not None


def test_what_cannot_be_handled_comes_again(workers, far_end, subscribed):
    invoke(workers, "FanOutWebhooks", EVENT)
    good = received(workers)
    answer = invoke(workers, "DeliverWebhooks", {"Records": [{"messageId": "m", "body": "{}"}, *good]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m"}]}
    assert len(far_end.got) == 1
