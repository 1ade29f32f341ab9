"""The only place where ports meet adapters. Everything is made on first use and kept."""

from functools import cache
from typing import TYPE_CHECKING

from wakeline import settings
from wakeline.domain.env import Env
from wakeline.domain.prices import Price
from wakeline.services.ports import IdempotencyStore, KeyStore, LedgerStore, TraceIndex

if TYPE_CHECKING:
    from wakeline.services.otlp import Known


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


def secret(name: str) -> str:
    """A secret by its name."""
    from wakeline.adapters.secrets import secret as read

    return read(name)


@cache
def env() -> Env:
    """The clock and chance of this process."""
    from wakeline.adapters.system import system_env

    return system_env()


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
