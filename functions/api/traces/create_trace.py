"""POST /api/traces — create a trace for an agent's run."""

from typing import TypedDict

from api.traces._models import TraceFacts, facts_of
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.views.trace import TraceView, trace_view
from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import traces


class Created(TypedDict):
    """The trace that is there now."""

    trace: TraceView


@endpoint("POST /api/traces", scope="traces:write", status=201, also=(200,))
def create_trace(caller: Caller, body: TraceFacts) -> Reply[Created]:
    """Create a trace. The same id and body again is 200 and the trace that is there; the same id with another body is
    409.
    """
    env = wiring.env()
    trace, created = traces.create(wiring.ledger(), env, caller, facts_of(body))
    return Reply({"trace": trace_view(trace, env.now())}, 201 if created else 200)


handler = lambda_entry(create_trace)
