"""The only place where ports meet adapters. Everything is made on first use and kept.

Here is what recording and reading use; each further area has a module of its own beside this one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

from wakeline import settings
from wakeline.domain.env import Env
from wakeline.domain.prices import Price
from wakeline.services.artifact_ports import ArtifactStore, FileStore
from wakeline.services.ports import IdempotencyStore, KeyStore, LedgerStore, TraceIndex

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wakeline.domain.claim import Claim
    from wakeline.domain.env import Redact
    from wakeline.domain.feed import Appended
    from wakeline.domain.outbox import BusEvent
    from wakeline.services.live_ports import ConnectionStore, EventBus, FeedStore, Sockets
    from wakeline.services.otlp import Known
    from wakeline.services.stream import Pace, Recent


def ledger() -> LedgerStore:
    """Traces and their segments."""
    from wakeline.adapters.dynamodb.ledger import DynamoLedger

    return DynamoLedger()


def index() -> TraceIndex:
    """Traces by start."""
    from wakeline.adapters.dynamodb.traces import DynamoTraces

    return DynamoTraces()


def keys() -> KeyStore:
    """API keys and rate windows."""
    from wakeline.adapters.dynamodb.api_keys import DynamoKeys

    return DynamoKeys()


def idempotency() -> IdempotencyStore:
    """Answers by Idempotency-Key."""
    from wakeline.adapters.dynamodb.idempotency import DynamoIdempotency

    return DynamoIdempotency()


def artifacts() -> ArtifactStore:
    """What is known of artifacts."""
    from wakeline.adapters.dynamodb.artifacts import DynamoArtifacts

    return DynamoArtifacts()


def files() -> FileStore:
    """Artifacts' bytes."""
    from wakeline.adapters.s3.files import S3Files

    return S3Files()


def secret(name: str) -> str:
    """A secret by its name."""
    from wakeline.adapters.secrets import secret as read

    return read(name)


def env() -> Env:
    """The clock and chance of this process, and what workspaces want redacted. In a request with an `Idempotency-Key`
    chance is that request's.
    """
    running = _running.get()
    return running[1] if running is not None else _system_env()


@cache
def _system_env() -> Env:
    from wakeline.adapters.system import system_env

    return system_env(_redaction)


def _redaction(workspace_id: str) -> "Redact | None":
    from wakeline.adapters.dynamodb.config import DynamoConfig
    from wakeline.adapters.dynamodb.policies import DynamoPolicies
    from wakeline.services import redacting

    return redacting.wanted(DynamoPolicies(), DynamoConfig(), workspace_id)


_running: "ContextVar[tuple[Claim, Env] | None]" = ContextVar("claimed", default=None)


@contextmanager
def claimed(claim: "Claim") -> Iterator[None]:
    """Let everything in the block that is given an id get one of the claim's."""
    from wakeline.domain.claim import repeatable

    before = _running.set((claim, repeatable(_system_env(), claim)))
    try:
        yield
    finally:
        _running.reset(before)


def claim() -> "Claim | None":
    """The claim of the running request, if it has an `Idempotency-Key`."""
    running = _running.get()
    return running[0] if running is not None else None


def price() -> Price:
    """List prices of models."""
    from wakeline.adapters.pricing import price as list_price

    return list_price


@cache
def known_traces() -> "Known":
    """The traces that this process has written spans to."""
    from wakeline.services.otlp import Known

    return Known()


def version() -> str:
    """The deployed version."""
    return settings.version()


def new_secret(prefix: str) -> str:
    """A new secret: `prefix` and 256 random bits."""
    from secrets import token_urlsafe

    return prefix + token_urlsafe(32)


def feed() -> "FeedStore":
    """The live feeds of workspaces."""
    from wakeline.adapters.dynamodb.feed import DynamoFeed

    return DynamoFeed()


def connections() -> "ConnectionStore":
    """WebSocket connections."""
    from wakeline.adapters.dynamodb.connections import DynamoConnections

    return DynamoConnections()


def sockets() -> "Sockets":
    """The far ends of WebSocket connections."""
    from wakeline.adapters.websocket.sockets import ApiGatewaySockets

    return ApiGatewaySockets()


def bus() -> "EventBus":
    """The event bus."""
    from wakeline.adapters.eventbridge.bus import EventBridgeBus

    return EventBridgeBus()


def appended(record: dict[str, Any]) -> "Appended | None":
    """The segment that a record of the table's stream says was committed."""
    from wakeline.adapters.dynamodb import changes

    return changes.appended(record)


def events_in(record: dict[str, Any]) -> "list[BusEvent]":
    """What a record of the table's stream tells the event bus."""
    from wakeline.adapters.dynamodb import outbox

    return outbox.events_in(record)


def activity_in(record: dict[str, Any]) -> "Mapping[str, float]":
    """What a record of the table's stream counts for, by metric."""
    from wakeline.adapters.dynamodb import activity

    return activity.activity_in(record)


def listening_workspace(record: dict[str, Any]) -> str | None:
    """The workspace whose WebSocket clients a record of the table's stream concerns."""
    from wakeline.adapters.dynamodb import changes

    return changes.listening_workspace(record)


def pace() -> "Pace":
    """How SSE connections look at the feed, and for how long."""
    from wakeline.services.stream import Pace

    return Pace(settings.stream_seconds(), settings.stream_poll_ms() / 1000, settings.stream_idle_ms() / 1000)


@cache
def recent() -> "Recent":
    """Segments that were rendered lately: one stream per Lambda needs none of it, the local stack's many share it."""
    from wakeline.services.stream import Recent

    return Recent()
