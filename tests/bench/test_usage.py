"""Each call to AWS is told to the function that made it, workers included."""

import os

import pytest

from bench import mix
from bench.meter import Meter
from bench.usage import metered


@pytest.fixture
def environment():
    """As it was before, afterwards."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def test_a_session_is_metered_with_its_workers(environment):
    with metered() as (stack, functions):
        meter = Meter(stack, functions)
        measured = meter.measure(mix.sdk_session("metered", mix.BATCH), alone=True)
    used = measured.used
    assert measured.events == mix.EVENTS
    assert used["AppendEvents"].invocations == mix.EVENTS / mix.BATCH
    assert used["AppendEvents"].dynamodb == 4 * used["AppendEvents"].invocations
    assert used["CreateTrace"].wcu > 0
    assert used["AppendEvents"].log_bytes > 0
    assert used["ReadChanges"].bus_events >= 2  # the trace started, the trace completed, and what its analysis found
    assert used["ReadChanges"].s3_writes > 0  # parts of the search index
    assert used["OnTraceCompleted"].invocations == 1
    assert used["ReadLive"].wcu > 0
    assert measured.kept.table > 0
    assert any(index == "by_workspace" for index, _ in measured.written)
