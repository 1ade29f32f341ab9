"""As test_faults.py, the readers of the table's stream: by themselves, since they make many calls."""

import pytest

from . import scenarios  # noqa: F401 — registers them
from .failing_runs import judge
from .test_faults import READERS
from .world import SCENARIOS

EVERY = [
    pytest.param(worker, prepare, id=f"{worker}-{prepare.__name__}")
    for worker in READERS
    for prepare in SCENARIOS[worker]
]


@pytest.mark.parametrize(("worker", "prepare"), EVERY)
def test_each_call_in_turn(world, worker, prepare):
    judge(world, worker, prepare)
