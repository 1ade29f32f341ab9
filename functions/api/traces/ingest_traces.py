"""POST /api/v1/traces — push transcripts, or create a trace together with its spans."""

from typing import Any, NotRequired, TypedDict

from api.traces._models import IngestBody, facts_of
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import trace_detail, traces
from wakeline.services.trace_detail import TraceWithSpans

MAX_BODY = 32 * 1024 * 1024
"""Inflated; what comes over the wire is bounded by API Gateway and Lambda."""


class Pushed(TypedDict):
    """How many sessions were stored and how many were not; `errors` says why, by session."""

    accepted: int
    rejected: int
    errors: NotRequired[list[dict[str, Any]]]


@endpoint("POST /api/v1/traces", scope="traces:write", status=201, also=(200,), max_body=MAX_BODY)
def ingest_traces(caller: Caller, body: IngestBody) -> Reply[Pushed | TraceWithSpans]:
    """With `sessions`: store Claude Code transcripts, {accepted, rejected, errors?}. Otherwise: create a trace, 201
    with its spans.
    """
    if body.sessions is not None:
        return _push(caller, body)
    env = wiring.env()
    store = wiring.ledger()
    trace, created = traces.create_with_spans(store, env, wiring.price(), caller, facts_of(body), body.run)
    return Reply(trace_detail.with_spans(store, env, trace), 201 if created else 200)


def _push(caller: Caller, body: IngestBody) -> Reply[Pushed | TraceWithSpans]:
    from wakeline.services.push import Push, push

    facts = facts_of(body)
    known = {name: facts.get(name) for name in ("repo", "author", "branch", "project_id", "tags")}
    sessions = [Push(session.id, session.data, known) for session in body.sessions or []]
    pushed = push(wiring.ledger(), wiring.env(), wiring.price(), caller, sessions)
    answer: Pushed = {"accepted": pushed.accepted, "rejected": pushed.rejected}
    if pushed.errors:
        answer["errors"] = pushed.errors
    return Reply(answer)


handler = lambda_entry(ingest_traces)
