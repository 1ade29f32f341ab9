"""A recorded run and everything that replays it, in memory."""

from typing import Any

from tests.factories import batch, make_trace
from tests.fakes.edge import MemoryKeys
from tests.fakes.env import Clock, fixed_env
from tests.fakes.ledger import MemoryLedger
from tests.fakes.replay import MemoryForks, NotedRunners, SaidModels
from tests.unit.domain.replay.runs import flight
from wakeline.domain.caller import Caller
from wakeline.domain.replay import Substitution
from wakeline.services import forks, ledger, replays
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
