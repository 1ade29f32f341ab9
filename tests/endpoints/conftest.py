"""The embedded stack for endpoint tests: one engine for all of them, a workspace of its own for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local import seeds
from local.engine import Engine
from tests.endpoints.stack import Stack, Workspace
from wakeline.adapters import aws
from wakeline.adapters.outgoing import courier

TEMPLATE = Path(__file__).parents[2] / "template.yaml"


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    """The template's API on an engine with its table and bucket. Shared: tests keep to their own workspaces."""
    with Engine.start(TEMPLATE, parameters=seeds.parameters("free")) as engine:
        # Clients that were made before the engine ran would not know it.
        aws.client.cache_clear()
        seeds.write_credentials(engine, "free")
        running = Stack.on(engine)
        yield running
        running.gateway.close()
    aws.client.cache_clear()


@pytest.fixture
def workspace(stack: Stack) -> Workspace:
    """A workspace of this test's own."""
    return Workspace.fresh(stack)


@pytest.fixture
def elsewhere(stack: Stack) -> Workspace:
    """Another workspace, whose keys must see nothing of the first."""
    return Workspace.fresh(stack)


@pytest.fixture(scope="package")
def described_key(stack: Stack) -> str:
    """A key that may everything, for requests that are made up."""
    return Workspace.fresh(stack).key("admin", kind="service")


@pytest.fixture(autouse=True)
def _far_ends_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """No webhook leaves a test; those of webhooks themselves put the real way out back."""
    monkeypatch.setattr(courier, "post", lambda *_: 204)
