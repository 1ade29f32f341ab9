"""Forks replayed: from the record, by a model, by a runner; and every way in which that fails."""

import json
from typing import Any

import pytest

from tests.factories import batch, make_trace
from tests.fakes.dying import Died, DyingLedger
from tests.fakes.edge import MemoryKeys
from tests.fakes.env import Clock, fixed_env
from tests.fakes.ledger import MemoryLedger
from tests.fakes.replay import MemoryForks, NotedRunners, SaidModels
from tests.unit.domain.replay.runs import flight
from wakeline.domain.api_keys import digest_of
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Conflict, Invalid, NotFound
from wakeline.domain.replay import Substitution
from wakeline.domain.replay.engine import EngineFailed
from wakeline.services import forks, ledger, replays, traces
from wakeline.services.audit import AuditLog
from wakeline.services.replay_engines import RunnerDispatch, ask_models
from wakeline.services.replays import Engines

ME = Caller("ws_1", None, "key_1", "key", frozenset({"admin"}), "free")
CHEAP = Substitution("tool_output", {"price": 90, "currency": "EUR"}, "s2")
SECRET = "whsec_" + "QUFB" * 8
WEBHOOK = forks.Wanted("webhook", (), "https://runner.example/replay", SECRET)


def no_price(*_: Any) -> None:
    return None


class World:
    """A flight recorded as trc_1, and a way to fork it."""

    def __init__(self, *answers: Any, runners: NotedRunners | None = None, ends: bool = True) -> None:
        self.clock = Clock()
        self.env = fixed_env(self.clock)
        self.ledger = MemoryLedger()
        self.log = AuditLog(self.ledger, self.env)
        self.store = MemoryForks()
        self.keys = MemoryKeys()
        self.models = SaidModels(*answers)
        self.runners = runners or NotedRunners()
        self.ledger.create(make_trace(user_goal="Book it", agent="traveller", metadata={"a": 1}))
        events = [event.model_dump(exclude_none=True) for event in flight()]
        sent = batch(*(events if ends else events[:-1]))
        ledger.append(self.ledger, self.env, "ws_1", "trc_1", sent)
        self.engines = Engines(
            ask=lambda *given: ask_models(self.models, *given),
            dispatch=RunnerDispatch(self.runners, self.keys, self.env, lambda prefix: f"{prefix}secret"),
        )

    def fork(self, span_id: str = "s2", *changes: Substitution):
        return forks.create(self.store, self.ledger, self.log, ME, "trc_1", span_id, changes)

    def ask(self, fork, wanted):
        return forks.request_replay(self.store, self.ledger, self.log, ME, fork.id, wanted)

    def work(self, fork, traces_store=None):
        store = traces_store or self.ledger
        return replays.run(self.store, store, self.env, no_price, self.engines, "ws_1", fork.id, fork.run)

    def replay(self, wanted, fork=None):
        asked = self.ask(fork or self.fork(), wanted)
        self.work(asked)
        return self.store.get("ws_1", asked.id)

    def events(self, trace_id):
        trace = self.ledger.head("ws_1", trace_id)
        return [] if trace is None else list(ledger.read_events(self.ledger, trace))

    def diff(self, fork):
        return forks.compare(self.store, self.ledger, self.env.now(), ME, fork.id)[1]


def recorded(*changes):
    return forks.Wanted("recorded", changes)


def test_a_fork_names_its_trace_before_there_is_one():
    world = World()
    fork = world.fork()
    assert (fork.status, fork.fork_point_index, fork.total) == ("created", 1, 7)
    assert world.ledger.head("ws_1", fork.fork_trace_id) is None
    after = world.replay(recorded(), fork)
    assert after.fork_trace_id == fork.fork_trace_id


def test_nothing_changed_is_identical_and_linked():
    world = World()
    fork = world.replay(recorded())
    assert (fork.status, fork.reason, fork.done, fork.total, fork.unrecorded) == ("completed", None, 7, 7, 0)
    found = world.diff(fork)
    assert found.identical
    assert found.verdict == "unchanged"
    trace = world.ledger.head("ws_1", fork.fork_trace_id)
    assert trace is not None
    assert (trace.parent_trace_id, trace.user_goal, trace.status) == ("trc_1", "Book it", "completed")
    assert trace.metadata == {
        "a": 1, "_fork_id": fork.id, "_fork_of": "trc_1", "_fork_point": "s2", "_engine": "recorded",
    }  # fmt: skip
    assert traces.verify(world.ledger, world.env, ME, trace.id).valid


def test_a_run_without_an_end_gets_one_that_is_no_difference():
    world = World(ends=False)
    fork = world.replay(recorded())
    trace = world.ledger.head("ws_1", fork.fork_trace_id)
    assert trace is not None
    assert trace.status == "completed"
    assert world.diff(fork).identical


def test_what_the_record_cannot_answer_diverges():
    world = World()
    fork = world.replay(recorded(CHEAP))
    assert fork.status == "diverged"
    assert fork.reason == "2 steps have no answer in the record; the first is s3"
    assert (fork.done, fork.total, fork.unrecorded) == (5, 7, 2)
    assert world.diff(fork).verdict == "inconclusive"


def test_the_same_replay_twice_is_the_same_trace_byte_for_byte():
    world = World()
    first = world.replay(recorded(CHEAP))
    held = world.ledger.stored["ws_1", first.fork_trace_id]
    before = {at: (each.body, each.head_hash) for at, each in held.items()}
    second = world.replay(recorded(CHEAP), first)
    assert second.fork_trace_id == first.fork_trace_id
    assert {at: (each.body, each.head_hash) for at, each in held.items()} == before
    assert second.requests == 2


def test_another_replay_is_another_trace_and_the_first_one_stays():
    world = World()
    first = world.replay(recorded(CHEAP))
    other = world.replay(recorded(), first)
    assert other.fork_trace_id != first.fork_trace_id
    again = world.replay(recorded(CHEAP), other)
    assert again.fork_trace_id == first.fork_trace_id
    assert again.replays == 2


def test_without_substitutions_those_of_the_fork_or_the_last_replay_count():
    world = World()
    fork = world.replay(forks.Wanted("recorded"), world.fork("s2", CHEAP))
    assert fork.status == "diverged"
    assert forks.changes(world.store, fork) == (CHEAP,)
    assert world.replay(forks.Wanted("recorded"), fork).fork_trace_id == fork.fork_trace_id


@pytest.mark.parametrize("at", range(1, 4))
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_that_dies_is_taken_up_where_it_was(at, when):
    world = World()
    asked = world.ask(world.fork(), recorded(CHEAP))
    dying = DyingLedger(world.ledger, at, when)
    try:
        world.work(asked, dying)
    except Died:
        assert world.store.get("ws_1", asked.id) == asked
        world.work(asked)
    fork = world.store.get("ws_1", asked.id)
    assert fork is not None
    assert fork.status == "diverged"
    said = [(event.index, event.type, event.body) for event in world.events(fork.fork_trace_id)]
    clean = World()
    expected = clean.events(clean.replay(recorded(CHEAP)).fork_trace_id)
    assert said == [(event.index, event.type, event.body) for event in expected]


def test_news_of_a_replay_that_ended_changes_nothing():
    world = World()
    fork = world.replay(recorded())
    assert world.work(fork) is None
    assert world.store.get("ws_1", fork.id) == fork


def test_one_replay_at_a_time():
    world = World()
    asked = world.ask(world.fork(), recorded())
    with pytest.raises(Conflict):
        world.ask(asked, recorded(CHEAP))
    world.clock.advance(minutes=66)
    assert asked.status_at(world.env.now()) == ("failed", "the replay did not end in time")
    assert world.ask(asked, recorded(CHEAP)).status == "replaying"


def test_a_trace_deleted_in_between_fails_the_fork():
    world = World()
    asked = world.ask(world.fork(), recorded())
    traces.delete(world.ledger, world.env, world.log, ME, "trc_1")
    world.work(asked)
    fork = world.store.get("ws_1", asked.id)
    assert fork is not None
    assert (fork.status, fork.reason) == ("failed", "the trace was deleted")
    assert world.ledger.head("ws_1", fork.fork_trace_id) is None


def test_a_trace_deleted_while_a_model_answers_leaves_no_copy():
    world = World("one", "two")
    asked = world.ask(world.fork("s1"), forks.Wanted("bedrock", ()))
    said = world.models.converse

    def converse(call):
        if len(world.models.calls) == 1:
            traces.delete(world.ledger, world.env, world.log, ME, "trc_1")
        return said(call)

    world.models.converse = converse  # type: ignore[method-assign]
    world.work(asked)
    fork = world.store.get("ws_1", asked.id)
    assert fork is not None
    assert (fork.status, fork.reason) == ("failed", "the trace was deleted")
    assert world.ledger.head("ws_1", fork.fork_trace_id) is None


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


def test_no_diff_before_there_is_something_to_compare():
    world = World()
    fork = world.fork()
    with pytest.raises(Conflict):
        world.diff(fork)
    done = world.replay(recorded(), fork)
    traces.delete(world.ledger, world.env, world.log, ME, done.fork_trace_id)
    with pytest.raises(NotFound):
        world.diff(done)
    # Replayed again, it is there again, under another id.
    again = world.replay(recorded(), done)
    assert again.fork_trace_id != done.fork_trace_id
    assert world.diff(again).identical
