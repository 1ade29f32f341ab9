"""Wiring of forks, regression runs and tapes."""

from functools import partial
from typing import TYPE_CHECKING

from wakeline import wiring

if TYPE_CHECKING:
    from wakeline.services.regressions import Stores
    from wakeline.services.replay_ports import ForkStore
    from wakeline.services.replays import Engines
    from wakeline.services.tape_ports import TapeStore


def forks() -> "ForkStore":
    """Forks and their replays."""
    from wakeline.adapters.dynamodb.forks import DynamoForks

    return DynamoForks()


def new_signing_secret() -> str:
    """A new secret for Standard Webhooks: 32 random bytes in base64."""
    from base64 import b64encode
    from secrets import token_bytes

    return f"whsec_{b64encode(token_bytes(32)).decode()}"


def engines() -> "Engines":
    """How the engines beside the record are reached."""
    from wakeline import wiring
    from wakeline.adapters.bedrock.models import BedrockModels
    from wakeline.adapters.outgoing.runners import WebhookRunners
    from wakeline.services.replay_engines import RunnerDispatch, ask_models
    from wakeline.services.replays import Engines

    return Engines(
        ask=partial(ask_models, BedrockModels()),
        dispatch=RunnerDispatch(WebhookRunners(), wiring.keys(), wiring.env(), wiring.new_secret),
    )


def tapes() -> "TapeStore":
    """Published tapes."""
    from wakeline.adapters.dynamodb.tapes import DynamoTapes

    return DynamoTapes()


def new_slug() -> str:
    """A new slug: 192 random bits."""
    from secrets import token_urlsafe

    claim = wiring.claim()
    return claim.token("slug") if claim is not None else token_urlsafe(24)


def regression_stores() -> "Stores":
    """What regression runs work on."""
    from wakeline import wiring
    from wakeline.adapters.dynamodb.regressions import DynamoRegressions
    from wakeline.services.regressions import Stores
    from wakeline.wiring import understanding

    return Stores(
        DynamoRegressions(), understanding.incidents(), understanding.analyses(), wiring.ledger(), wiring.index()
    )
