"""What is governed and kept: approvals, digests, webhooks, retention, nightly exports."""

from typing import Any

from tests.endpoints.governing import Governed
from tests.factories import message
from tests.files import WEBM
from tests.workers.world import World, scenario
from wakeline import settings
from wakeline.adapters import aws

from .runs import ended, incident
from .uploads import announced, came


@scenario("SweepApprovals")
def requests_that_nobody_decided(world: World) -> Any:
    governed = Governed(world.workspace.stack, world.workspace).ready()
    for scope in ("production/web", "production/api"):
        assert governed.ask(resource_scope=scope).json["approval_request_id"]
    world.clock.advance(minutes=11)
    return {}


@scenario("SealDigests")
def hours_that_are_over(world: World) -> Any:
    """Sealed is the first; two are missed, in which a trace went on and another came and went."""
    world.workspace.trace("trc_1", [message()], created_at="2026-03-21T10:00:00.000Z")
    world.clock.advance(hours=1, minutes=5)
    world.invoke("SealDigests", {})
    world.workspace.append("trc_1", [message("more")])
    world.workspace.trace("trc_2", [message()], created_at="2026-03-21T11:05:00.000Z")
    world.call("DELETE", "/api/v1/traces/trc_2")
    world.clock.advance(hours=2)
    return {}


@scenario("FanOutWebhooks")
def an_event_that_two_webhooks_want(world: World) -> Any:
    for path in ("a", "b"):
        world.call("POST", "/api/v1/webhooks", {"url": f"https://1.1.1.1/{path}", "events": ["trace.*"]})
    ended(world)
    return world.event("trace.completed")


def queued(world: World) -> dict[str, Any]:
    """What waits on the queue, as Lambda hands it over."""
    event = an_event_that_two_webhooks_want(world)
    world.invoke("FanOutWebhooks", event)
    url = settings.webhook_queue_url()
    sqs = aws.client("sqs")
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    for each in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return {"Records": [{"messageId": each["MessageId"], "body": each["Body"]} for each in found]}


@scenario("DeliverWebhooks")
def messages_that_are_taken(world: World) -> Any:
    return queued(world)


@scenario("DeliverWebhooks")
def messages_that_are_refused(world: World) -> Any:
    world.answers = 503
    return queued(world)


@scenario("SweepRetention")
def a_trace_that_outlived_its_time(world: World) -> Any:
    """With a file and an analysis; beside it one that goes on."""
    text = 'version = 1\n[governance]\ndefault = "allow"\n[retention]\ndays = 10\n'
    world.call("PUT", "/api/v1/policy", text.encode(), headers={"Content-Type": "application/toml"})
    incident(world)
    world.workspace.trace("trc_2", [message()])
    came(announced(world, "art_1"), WEBM)
    world.clock.advance(days=1)
    world.invoke("NightlyExports", {})
    world.clock.advance(days=8)
    world.workspace.append("trc_2", [message("still here")])
    world.clock.advance(days=3)
    return {}


@scenario("NightlyExports")
def days_that_are_over(world: World) -> Any:
    world.workspace.trace("trc_1", [message("a"), message("b")])
    world.clock.advance(days=1)
    world.invoke("NightlyExports", {})
    world.workspace.append("trc_1", [message("c")])
    world.workspace.trace("trc_2", [message("d")])
    world.clock.advance(days=1)
    return {}
