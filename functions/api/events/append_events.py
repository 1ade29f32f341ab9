"""POST /api/traces/{trace_id}/events — append one event or a batch."""

from typing import Any, Required, TypedDict

from wakeline import wiring
from wakeline.domain.append import Rejection
from wakeline.domain.caller import Caller
from wakeline.domain.canonical import read_json
from wakeline.domain.errors import Conflict, Invalid
from wakeline.http.endpoint import MAX_BODY, Request, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import traces


class EventBody(TypedDict, total=False):
    """One event. `type` is required; `payload` and `metadata` are kept as they are. Other fields go to `metadata`."""

    type: Required[str]
    id: str | None
    seq: int | None
    timestamp: str | None
    actor: dict[str, Any] | None
    span_id: str | None
    parent_id: str | None
    idempotency_key: str | None
    payload: Any
    metadata: dict[str, Any] | None


class EventBatch(TypedDict):
    """At most 500 events, in their order."""

    events: list[EventBody]


class Rejected(TypedDict):
    """An event that was not stored; `index` is its place in the request."""

    index: int
    idempotency_key: str | None
    reason: str


class Appended(TypedDict):
    """How many events are stored, those that were stored before under the same idempotency key among them."""

    accepted: int
    rejected: list[Rejected]


@endpoint(
    "POST /api/traces/{trace_id}/events", scope="traces:write", takes={"application/json": EventBatch | EventBody}
)
def append_events(caller: Caller, request: Request, trace_id: str) -> Appended:
    """Append `{events: […]}`, at most 500, or one bare event.

    Valid events of a mixed batch are stored and the others rejected with the reason; a bare event that fails is 409
    or 422.
    """
    sent = read_json(request.body(MAX_BODY))
    if not isinstance(sent, dict):
        raise Invalid("body: must be a JSON object, an event or {events: […]}", field="body")
    bare = "events" not in sent
    batch = [sent] if bare else sent["events"]
    if not isinstance(batch, list) or not batch:
        raise Invalid("events must be a list of at least one event", field="events")
    answer = traces.append(wiring.ledger(), wiring.env(), wiring.price(), caller, trace_id, batch)
    if bare and answer.rejected:
        raise _failure(answer.rejected[0])
    return {"accepted": answer.accepted, "rejected": [_shown(rejection) for rejection in answer.rejected]}


def _failure(rejection: Rejection) -> Conflict | Invalid:
    kind = Conflict if rejection.conflict else Invalid
    return kind(rejection.reason, field=rejection.field)


def _shown(rejection: Rejection) -> Rejected:
    return {"index": rejection.index, "idempotency_key": rejection.idempotency_key, "reason": rejection.reason}


handler = lambda_entry(append_events)
