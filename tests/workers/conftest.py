"""The workers through their real handlers, with the records of a real table's stream, delivered as a test likes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.engine import Engine
from wakeline.adapters import aws

from .stage import Workers, working
from .world import World, world_of

TEMPLATE = Path(__file__).parents[2] / "template.yaml"


@pytest.fixture(scope="module")
def running() -> Iterator[Engine]:
    with Engine.start(TEMPLATE) as engine:
        aws.client.cache_clear()
        yield engine
    aws.client.cache_clear()


@pytest.fixture
def workers(running: Engine) -> Iterator[Workers]:
    """Workers on an empty store."""
    with working(running) as made:
        yield made


@pytest.fixture
def world(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """What happens before a worker starts."""
    with world_of(workers, monkeypatch) as made:
        yield made
