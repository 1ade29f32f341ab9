"""Hours of a test's own: digests are the deployment's, so each test seals the next one."""

from datetime import timedelta

import pytest

from tests.fakes.env import START, Clock, fixed_env
from wakeline import wiring
from wakeline.domain.evidence.digest import start_of
from wakeline.services import digests
from wakeline.wiring import evidence

# Later than the traces that other tests put into the store by hand: a digest would be missing them.
FROM = START + timedelta(days=90, minutes=10)


@pytest.fixture
def clock(stack, monkeypatch):
    last = evidence.digests().last()
    clock = Clock(start_of(last.hour) + timedelta(hours=1, minutes=10) if last else FROM)
    env = fixed_env(clock)
    monkeypatch.setattr(wiring, "env", lambda: env)
    return clock


@pytest.fixture
def seal(clock):
    """Let an hour go by and seal what is over."""

    def seal():
        clock.advance(hours=1)
        return digests.seal_due(evidence.notary())

    return seal
