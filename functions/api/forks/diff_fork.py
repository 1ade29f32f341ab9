"""GET /api/v1/forks/{fork_id}/diff — where a fork parts from its original."""

from typing import Annotated

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import forks
from wakeline.services.fork_diffs import DiffJson, diff_json
from wakeline.wiring import replay


@endpoint("GET /api/v1/forks/{fork_id}/diff", scope="traces:read", errors=(404, 409, 413))
def diff_fork(
    caller: Caller,
    fork_id: str,
    limit: Annotated[int, Field(ge=1, le=5000)] = 5000,
    offset: Annotated[int, Field(ge=0)] = 0,
) -> DiffJson:
    """Original and fork step by step, the first divergence, and whether the fork went better or worse."""
    fork, found = forks.compare(replay.forks(), wiring.ledger(), wiring.env().now(), caller, fork_id)
    return diff_json(fork, found, offset, limit)


handler = lambda_entry(diff_fork)
