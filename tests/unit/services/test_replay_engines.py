"""Forks replayed by a model and by a runner, and every way in which that fails."""

import json

import pytest

from tests.factories import batch
from tests.fakes.dying import Died
from tests.fakes.replay import NotedRunners
from tests.unit.services.replay_world import CHEAP, SECRET, WEBHOOK, World
from wakeline.domain.api_keys import digest_of
from wakeline.domain.errors import Invalid
from wakeline.domain.replay import Substitution
from wakeline.domain.replay.engine import EngineFailed
from wakeline.services import forks, ledger, replays


def test_bedrock_asks_the_model_and_carries_its_answers():
    world = World("look further", "It costs 220 EUR.")
    fork = world.replay(forks.Wanted("bedrock", (Substitution("prompt", "Be brief"),)), world.fork("s1"))
    assert fork.status == "completed"
    first, second = world.models.calls
    assert (first.model, first.system, first.messages) == (
        "m-1", "Be brief", (("user", "What does the flight cost?"),),
    )  # fmt: skip
    assert second.messages == (("user", 'What does the flight cost?\n\n{"price": 220, "currency": "EUR"}'),)
    steps = {step.either.id: step for step in world.diff(fork).steps}
    assert steps["s3"].fork is not None
    assert steps["s3"].fork.output == "It costs 220 EUR."
    assert steps["s3"].fork.tokens == 10
    assert steps["s4"].change == "same"


def test_a_throttled_model_fails_the_fork_and_nothing_is_written():
    world = World("one", EngineFailed("Bedrock is throttled (ThrottlingException) for the model m-1"))
    fork = world.replay(forks.Wanted("bedrock", ()), world.fork("s1"))
    assert (fork.status, fork.reason) == ("failed", "Bedrock is throttled (ThrottlingException) for the model m-1")
    assert world.ledger.head("ws_1", fork.fork_trace_id) is None


def test_a_runner_gets_what_it_needs_and_ends_the_fork():
    world = World()
    fork = world.replay(forks.Wanted("webhook", (CHEAP,), WEBHOOK.runner_url, SECRET))
    assert fork.status == "replaying"
    ((url, secret, message_id, body),) = world.runners.sent
    assert (url, secret) == (WEBHOOK.runner_url, SECRET)
    assert message_id == f"{fork.id}.1"
    said = json.loads(body)
    assert (said["type"], said["fork_id"], said["trace_id"]) == ("fork.replay", fork.id, "trc_1")
    assert said["fork_trace_id"] == fork.fork_trace_id
    assert said["fork_point"] == {"span_id": "s2", "index": 1, "position": 2}
    assert said["substitutions"] == [CHEAP.to_json()]
    assert [entry["span_id"] for entry in said["cassette"]] == [None, "s1", "s2", "s3", "s4", "s5"]
    key = world.keys.use(digest_of(said["api_key"]), world.env.now(), write=True)
    assert key is not None
    assert (key.key.project_id, key.key.scopes) == ("proj_1", ("traces:read", "traces:write"))
    # The runner records: the trace is there and says whose it is.
    sent = batch({"type": "session_end", "payload": {}})
    done = ledger.append(world.ledger, world.env, "ws_1", fork.fork_trace_id, sent).trace
    assert (done.metadata or {})["_fork_id"] == fork.id
    assert replays.ended_elsewhere(world.store, world.env, "ws_1", fork.id, "trc_1", "completed") is None
    ended = replays.ended_elsewhere(world.store, world.env, "ws_1", fork.id, done.id, "completed")
    assert ended is not None
    assert (ended.status, ended.reason) == ("completed", None)
    assert replays.ended_elsewhere(world.store, world.env, "ws_1", fork.id, done.id, "completed") is None


def test_a_runner_whose_session_failed_fails_the_fork():
    world = World()
    fork = world.replay(WEBHOOK)
    ended = replays.ended_elsewhere(world.store, world.env, "ws_1", fork.id, fork.fork_trace_id, "failed")
    assert ended is not None
    assert (ended.status, ended.reason) == ("failed", "the runner's session failed")


@pytest.mark.parametrize("reason", [None, "the runner answered 500"])
def test_what_a_runner_is_signed_with_is_kept_until_it_was_sent(reason):
    world = World(runners=NotedRunners(reason))
    kept: list[str | None] = []
    world.runners.then = lambda: kept.extend(run.runner_secret for run in world.store.runs.values())
    fork = world.replay(WEBHOOK)
    assert kept == [WEBHOOK.runner_secret]
    assert [run.runner_secret for run in world.store.runs.values()] == [None]
    # The bus may say it twice: what was sent is not sent again.
    world.work(fork)
    assert len(world.runners.sent) == 1


def test_a_worker_that_dies_while_it_sends_sends_again():
    def dies():
        world.runners.then = None
        raise Died

    world = World(runners=NotedRunners(then=dies))
    with pytest.raises(Died):
        world.replay(WEBHOOK)
    (fork,) = world.store.forks.values()
    world.work(fork)
    first, second = world.runners.sent
    assert first[1:3] == second[1:3]
    assert [run.runner_secret for run in world.store.runs.values()] == [None]


def test_a_runner_that_fails_leaves_neither_key_nor_trace():
    world = World(runners=NotedRunners("the runner answered 500"))
    fork = world.replay(WEBHOOK)
    assert (fork.status, fork.reason) == ("failed", "the runner answered 500")
    secret = json.loads(world.runners.sent[0][3])["api_key"]
    assert world.keys.use(digest_of(secret), world.env.now(), write=True) is None
    trace = world.ledger.head("ws_1", fork.fork_trace_id)
    assert trace is not None
    assert trace.deleted is not None
    # Tried again, it goes into a trace of its own.
    world.runners.reason = None
    assert world.replay(WEBHOOK, fork).status == "replaying"


@pytest.mark.parametrize(
    ("url", "secret", "field"),
    [
        (None, SECRET, "runner_url"),
        ("http://runner.example", SECRET, "runner_url"),
        ("https://127.0.0.1/x", SECRET, "runner_url"),
        ("https://10.0.0.1", SECRET, "runner_url"),
        ("https://[::1]/", SECRET, "runner_url"),
        ("https://localhost", SECRET, "runner_url"),
        ("https://2130706433/", SECRET, "runner_url"),
        ("https://me:pw@runner.example", SECRET, "runner_url"),
        ("https://runner.example", "short", "runner_secret"),
        ("https://runner.example", "whsec_!!", "runner_secret"),
    ],
)
def test_a_runner_that_may_not_be_reached_is_refused(url, secret, field):
    world = World()
    with pytest.raises(Invalid) as caught:
        world.ask(world.fork(), forks.Wanted("webhook", (), url, secret))
    assert caught.value.field == field
