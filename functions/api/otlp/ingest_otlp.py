"""POST /v1/traces — take OpenTelemetry spans over OTLP/HTTP."""

from typing import Any

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import Reply, Request, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.http.otlp import body as otlp
from wakeline.services.otlp import ingest


@endpoint(
    "POST /v1/traces",
    scope="traces:write",
    max_body=otlp.MAX_BODY,
    failure=otlp.failure,
    takes={"application/json": dict[str, Any], "application/x-protobuf": bytes},
    media=("application/json", "application/x-protobuf"),
    errors=(415,),
)
def ingest_otlp(caller: Caller, request: Request) -> Reply:
    """Store spans, each in the trace of its traceId.

    Protobuf or JSON, gzip; answers {} or {partialSuccess} in the same encoding.
    """
    spans = otlp.read(request)
    taken = ingest(wiring.ledger(), wiring.env(), wiring.price(), caller, spans, wiring.known_traces())
    return otlp.answer(request, taken.rejected, taken.message)


handler = lambda_entry(ingest_otlp)
