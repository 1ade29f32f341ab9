"""POST /api/v1/forks — fork a trace at a span."""

from api.forks import _models
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.replay import read_substitutions
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import forks
from wakeline.wiring import govern, replay


@endpoint("POST /api/v1/forks", scope="traces:write", status=201, errors=(404, 413))
def create_fork(caller: Caller, body: _models.ForkBody) -> _models.ForkWithChanges:
    """Note where the trace is to be run again, and with what changed; `POST …/replay` does it.

    `fork_trace_id` is the trace that the first replay will write.
    """
    changes = read_substitutions(body.changes() or [])
    made = forks.create(
        replay.forks(), wiring.ledger(), govern.audit_log(), caller, body.trace_id, body.span_id, changes
    )
    return _models.with_changes(made, changes)


handler = lambda_entry(create_fork)
