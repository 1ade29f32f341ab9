"""The world of one worker: what happened before it starts, made through the API, and what it sends out of AWS."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from local.gateway import Gateway
from tests.breaking import Service, without_waiting
from tests.endpoints.stack import Answer, Stack, Workspace
from tests.fakes.env import START, Clock, fixed_env
from wakeline import wiring
from wakeline.adapters import secrets
from wakeline.adapters.outgoing import courier
from wakeline.adapters.outgoing.runners import WebhookRunners
from wakeline.domain.commits import Commit
from wakeline.domain.trace import Trace
from wakeline.services import connections, redacting
from wakeline.wiring import find, stats
from workers import publish_events

from .stage import Workers

Prepare = Callable[["World"], Any]
"""Makes what a worker meets; returns the event that starts it."""

SCENARIOS: dict[str, list[Prepare]] = {}
"""What each function that no HTTP request starts is tried with, by logical id (scenarios/)."""


def scenario(worker: str) -> Callable[[Prepare], Prepare]:
    """Try a worker with this."""

    def register(prepare: Prepare) -> Prepare:
        SCENARIOS.setdefault(worker, []).append(prepare)
        return prepare

    return register


@dataclass
class World:
    """Before the worker: `call` asks the API, `event` is what the bus says next. `sent` is what left AWS.

    `meanwhile` is done once, before a call of that operation whose request holds these bytes (tests/local/states.py).
    """

    workers: Workers
    workspace: Workspace
    clock: Clock
    patch: pytest.MonkeyPatch
    services: dict[str, Service] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    answers: int = 204
    meanwhile: tuple[str, bytes, Callable[[], object]] | None = None
    commits: list[Commit] = field(default_factory=list)
    caught_up: int = 0
    _made: int = 0

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """Ask as somebody who may everything. Fails on a failure."""
        answer = self.ask(method, path, body, **more)
        assert answer.status < 300, answer.body
        return answer

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """The same, whatever the answer."""
        return self.workspace.stack.call(method, path, key=self.workspace.key("admin"), body=body, **more)

    def invoke(self, worker: str, event: Any) -> Any:
        """Start a function; its answer."""
        return self.workers.functions.invoke(self.workers.functions.all[worker], event)

    def read(self) -> None:
        """Let the reader of changes catch up."""
        assert self.workers.run("ReadChanges", self.unread("ReadChanges", self.caught_up)) == []
        self.caught_up = len(self.workers.records)

    def unread(self, worker: str, number: int) -> list[dict[str, Any]]:
        """The records behind this number that a reader of the table's stream wants."""
        return self.workers.wanted(worker, number)

    def event(self, kind: str) -> dict[str, Any]:
        """What the bus says of what was done: the last event of this kind, as it is delivered."""
        return self.events(kind)[-1]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """All events of this kind."""
        records = self.unread("ReadChanges", self.caught_up)
        assert publish_events.handler({"Records": records}, None) == {"batchItemFailures": []}
        return [
            {"id": "x", "source": entry["Source"], "detail-type": kind, "detail": json.loads(entry["Detail"])}
            for entry in self.workers.bus
            if entry["DetailType"] == kind
        ]

    def posted(self, url: str, _headers: Any, body: bytes, _seconds: float) -> int:
        """What a webhook's far end gets, and says."""
        self.sent.append(f"{url} {body!r}")
        return self.answers

    def anew(self) -> None:
        """Chance goes on with numbers that nothing has yet: names of files in a cache stay names of these files."""
        self._made += 1
        _cold()
        env = fixed_env(self.clock, self._made * 1000)
        self.patch.setattr(wiring, "_system_env", lambda: env)
        self.workers.bus.clear()
        self.workers.posted.clear()
        self.sent.clear()


def _cold() -> None:
    """What a process that starts does not know."""
    wiring.recent.cache_clear()
    find.index_files.cache_clear()
    secrets.secret.cache_clear()
    redacting._kept.clear()


class _Commits:
    """The `CommitSource` port, without a network."""

    def __init__(self, found: list[Commit]) -> None:
        self._found = found

    def place_of(self, trace: Trace) -> str | None:
        return trace.repo

    def commits(self, _place: str, _branch: str | None, _since: datetime, _until: datetime) -> Iterator[Commit]:
        return iter(self._found)


@contextmanager
def world_of(workers: Workers, patch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world with a clock that stands, whose far ends take everything."""
    workers.engine.clear()
    stack = Stack(workers.engine, Gateway(workers.engine.template, workers.functions))
    world = World(workers, Workspace(stack, "ws_1"), Clock(START), patch)
    without_waiting(patch)
    patch.setattr(logging.root.manager, "disable", logging.CRITICAL)  # thousands of tracebacks
    patch.setattr("random.random", lambda: 0.5)
    patch.setattr(connections, "AT_ONCE", 1)  # a call's number is the same in each run
    patch.setenv("EMBEDDING_MODEL", "local")  # the functions' environment names a Bedrock model
    patch.setattr(courier, "post", world.posted)
    patch.setattr(WebhookRunners, "send", lambda _, url, _secret, name, _body: world.sent.append(f"{url} {name}"))
    patch.setattr(stats, "commit_sources", lambda: [_Commits(world.commits)])
    world.anew()
    yield world
    stack.gateway.close()
