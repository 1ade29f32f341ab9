"""GET /api/v1/forks/{fork_id} — how a fork's replay is coming along."""

from api.forks import _models
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import forks
from wakeline.wiring import replay


@endpoint("GET /api/v1/forks/{fork_id}", scope="traces:read", errors=(404,))
def get_fork(caller: Caller, fork_id: str) -> _models.ForkWithChanges:
    """The fork, its status and progress, and what its replay changes."""
    store = replay.forks()
    fork = forks.require(store, caller, fork_id)
    return _models.with_changes(fork, forks.changes(store, fork))


handler = lambda_entry(get_fork)
