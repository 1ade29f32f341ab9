"""Webhooks: who is told, when it is tried again, when it is given up, and what the log says."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.env import Clock, fixed_env
from tests.fakes.ledger import MemoryLedger
from tests.fakes.webhooks import FarEnd, MemoryQueue, MemoryWebhooks
from wakeline.domain import times
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Conflict, Invalid, NotFound
from wakeline.domain.webhooks import webhook as rules
from wakeline.services import webhooks
from wakeline.services.audit import AuditLog
from wakeline.services.webhooks import Post

ADMIN = Caller("ws_1", None, "key_1", "key", frozenset({"admin"}), "free")
DETAIL = {"workspace_id": "ws_1", "trace_id": "trc_1", "occurred_at": "2026-03-21T10:00:00.000Z", "status": "completed"}


class World:
    def __init__(self) -> None:
        self.clock = Clock()
        env = fixed_env(self.clock)
        self.store, self.queue, self.far = MemoryWebhooks(), MemoryQueue(), FarEnd()
        self.post = Post(
            self.store, self.queue, self.far, AuditLog(MemoryLedger(), env), env, lambda: "master", lambda: 0.5
        )

    def subscribe(self, *events: str) -> rules.Webhook:
        return webhooks.create(self.post, ADMIN, "https://example.com/hook", list(events or ("*",)), None)[0]

    def tell(self, event: str = "trace.completed", event_id: str = "evn_1") -> int:
        return webhooks.fan_out(self.post, "ws_1", event, event_id, DETAIL)

    def step(self) -> str:
        message, delay = self.queue.messages.pop(0)
        self.clock.advance(seconds=delay)
        return webhooks.deliver(self.post, message)

    def run(self, most: int = 1000) -> list[str]:
        states: list[str] = []
        while self.queue.messages and len(states) < most:
            states.append(self.step())
        return states

    def log(self, webhook: rules.Webhook) -> list[rules.Delivery]:
        return webhooks.log(self.store, ADMIN, webhook.id, 50, None)[0]


@pytest.fixture
def world():
    return World()


def test_a_message_is_signed_and_delivered(world):
    webhook = world.subscribe("trace.completed")
    assert world.tell() == 1
    assert world.run() == ["delivered"]
    ((url, secret, message_id, body),) = world.far.got
    assert (url, secret) == ("https://example.com/hook", rules.secret_of("master", "ws_1", webhook.id))
    said = json.loads(body)
    assert said.items() >= {"id": message_id, "type": "trace.completed", "workspace_id": "ws_1"}.items()
    assert said["data"]["trace"] == {
        "id": "trc_1",
        "agent_id": "",
        "agent_name": "",
        "operation": "",
        "final_outcome": "executed",
    }
    (line,) = world.log(webhook)
    assert (line.state, line.attempts, line.status_code, line.delivered_at) == (
        "delivered",
        1,
        200,
        "2026-03-21T10:00:00.000Z",
    )


@pytest.mark.parametrize(
    ("events", "told"),
    [(["*"], 1), (["trace.*"], 1), (["trace.started"], 0), (["approval.*"], 0), (["approval.*", "trace.completed"], 1)],
)
def test_only_who_wants_an_event_is_told(world, events, told):
    world.subscribe(*events)
    assert world.tell() == told
    assert webhooks.fan_out(world.post, "ws_2", "trace.completed", "evn_1", DETAIL) == 0


def test_an_event_that_comes_again_is_the_same_message(world):
    world.subscribe()
    world.tell()
    world.tell()
    world.tell(event_id="evn_2")
    ids = [message.id for message, _ in world.queue.messages]
    assert ids[0] == ids[1] != ids[2]


def test_two_subscriptions_have_ids_and_secrets_of_their_own(world):
    first, second = world.subscribe(), world.subscribe()
    world.tell()
    assert len({message.id for message, _ in world.queue.messages}) == 2
    assert rules.secret_of("master", "ws_1", first.id) != rules.secret_of("master", "ws_1", second.id)


def test_it_is_tried_again_with_longer_waits(world):
    webhook = world.subscribe()
    world.far.answers = lambda _: 500
    started = world.clock.moment
    world.tell()
    states = world.run()
    assert states.count("failed") == 1
    assert states[-1] == "failed"
    assert len(world.far.got) == len(rules.WAITS) + 1
    assert world.clock.moment - started == timedelta(seconds=sum(rules.WAITS))
    (line,) = world.log(webhook)
    assert (line.state, line.attempts, line.status_code, line.error) == ("failed", 9, 500, "it answered 500")
    assert len({message_id for _, _, message_id, _ in world.far.got}) == 1


@pytest.mark.parametrize("chance", [0.0, 0.25, 1.0])
def test_waits_are_spread(world, chance):
    message = rules.Message("ws_1", "whk_1", "msg_1", "trace.completed", DETAIL["occurred_at"], "{}")
    again = message.again(world.clock.moment, chance)
    assert again is not None
    assert again.due_at is not None
    wait = (times.parse(again.due_at) - world.clock.moment).total_seconds()
    assert wait == pytest.approx(5 * (0.8 + 0.4 * chance))


def test_no_answer_is_told(world):
    webhook = world.subscribe()
    world.far.answers = lambda _: None
    world.tell()
    assert world.step() == "retrying"
    (line,) = world.log(webhook)
    assert (line.state, line.status_code, line.error) == ("retrying", None, "the connection failed")
    assert line.next_attempt_at == "2026-03-21T10:00:05.000Z"


def test_a_redirect_is_a_failure(world):
    webhook = world.subscribe()
    world.far.answers = lambda _: 302
    world.tell()
    world.step()
    assert world.log(webhook)[0].error == "redirects are not followed"


def test_it_is_disabled_when_it_took_nothing_for_so_long(world):
    webhook = world.subscribe()
    world.far.answers = lambda _: 500
    world.tell()
    world.run()
    stands = webhooks.get(world.store, ADMIN, webhook.id)
    assert not stands.enabled
    assert stands.disabled_reason == "it failed since 2026-03-21T10:00:00.000Z"
    assert world.tell() == 0


def test_one_answer_between_keeps_it_enabled(world):
    webhook = world.subscribe()
    answers = iter([500, 200])
    world.far.answers = lambda _: next(answers, 500)
    world.tell(event_id="a")
    world.tell(event_id="b")
    world.run()
    stands = webhooks.get(world.store, ADMIN, webhook.id)
    assert stands.enabled
    assert stands.failing_since is not None


def test_gone_is_gone_at_once(world):
    webhook = world.subscribe()
    world.far.answers = lambda _: 410
    world.tell()
    assert world.run() == ["failed"]
    assert webhooks.get(world.store, ADMIN, webhook.id).disabled_reason == "it answered 410: gone"


def test_what_is_queued_for_one_that_is_gone_or_disabled_is_dropped(world):
    gone, off = world.subscribe(), world.subscribe()
    world.tell()
    webhooks.delete(world.post, ADMIN, gone.id)
    world.store.held["ws_1", off.id] = off.disabled("test")
    assert world.run() == ["dropped", "dropped"]
    assert world.far.got == []


def test_a_test_message_enables_it_again(world):
    webhook = world.subscribe()
    world.store.held["ws_1", webhook.id] = webhook.disabled("it failed")
    line = webhooks.try_out(world.post, ADMIN, webhook.id)
    assert (line.state, line.event) == ("delivered", "webhook.test")
    assert webhooks.get(world.store, ADMIN, webhook.id).enabled
    world.far.answers = lambda _: None
    assert webhooks.try_out(world.post, ADMIN, webhook.id).error == "the connection failed"


@pytest.mark.parametrize("events", [[], ["nothing.happened"], ["trace"], ["trace.completed", ".*"]])
def test_unknown_events(world, events):
    with pytest.raises(Invalid) as raised:
        webhooks.create(world.post, ADMIN, "https://example.com", events, None)
    assert (raised.value.field or "").startswith("events")


def test_there_is_a_most(world, monkeypatch):
    monkeypatch.setattr(webhooks, "MAX_WEBHOOKS", 1)
    world.subscribe()
    with pytest.raises(Conflict):
        world.subscribe()


def test_other_workspaces_see_nothing(world):
    webhook = world.subscribe()
    other: Any = Caller("ws_2", None, "key_2", "key", frozenset({"admin"}), "free")
    for call in (
        lambda: webhooks.get(world.store, other, webhook.id),
        lambda: webhooks.delete(world.post, other, webhook.id),
        lambda: webhooks.try_out(world.post, other, webhook.id),
        lambda: webhooks.log(world.store, other, webhook.id, 10, None),
    ):
        with pytest.raises(NotFound):
            call()
