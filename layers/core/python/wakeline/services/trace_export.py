"""Exports of traces: one with everything that is needed to verify it elsewhere, or many as rows."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from pydantic_core import to_json

from wakeline.domain import times
from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.errors import ExportTooLarge
from wakeline.domain.evidence import csv_lines
from wakeline.domain.evidence.approvals import Approvals
from wakeline.domain.evidence.digest import digest_id
from wakeline.domain.evidence.export import FORMAT, head_json
from wakeline.domain.evidence.ranges import Range
from wakeline.domain.evidence.rows import TRACE_COLUMNS, trace_row
from wakeline.domain.trace import Trace
from wakeline.domain.views.trace import event_view, trace_view

from . import ledger, traces
from .audit_export import pieces
from .digests import pem
from .evidence_ports import DigestStore, ProofStore, Signer
from .export_ports import Download, TraceRange
from .ports import LedgerStore

MOST = 100_000
_BATCH = 100


def export_one(
    store: LedgerStore,
    proofs: ProofStore,
    digests: DigestStore,
    signer: Signer,
    env: Env,
    caller: Caller,
    trace_id: str,
) -> Download:
    """A trace as it is now, with its events, approvals, proofs and their digests. Raises `NotFound`."""
    trace = ledger.settle(store, traces.require(store, caller, trace_id))
    found = proofs.proofs(trace.workspace_id, trace.id)
    named = digests.many([digest_id(proof.hour) for proof in found])
    now = env.now()
    integrity = {
        "format": FORMAT,
        "head": head_json(trace),
        "proofs": [proof.to_json() for proof in found],
        "digests": [named[each].to_json() for each in sorted(named)],
        "public_key": pem(signer.public_key()),
    }
    return Download(f"trace-{trace.id}.json", "application/json", pieces(_written(store, trace, integrity, now)), None)


def _written(store: LedgerStore, trace: Trace, integrity: dict[str, Any], now: datetime) -> Iterator[bytes]:
    shown = trace_view(trace, now)
    yield b'{"trace":' + to_json(shown) + b',"exported_at":' + to_json(times.render(now))
    yield b',"integrity":' + to_json(integrity) + b',"events":['
    approvals = Approvals()
    for event in ledger.read_events(store, trace):
        if event.index > trace.last_index:
            break  # appended since: the export is of the moment that its head is of
        approvals.take(event)
        yield (b",\n" if event.index else b"\n") + to_json(event_view(event, trace.id))
    yield b'\n],"approval_requests":' + to_json(approvals.requests) + b"}\n"


def export_many(
    store: LedgerStore, index: TraceRange, env: Env, caller: Caller, wanted: Range, agent_id: str | None
) -> Download:
    """The traces that began in a range as CSV, oldest first. Raises `ExportTooLarge` when there are too many."""
    asked = (caller.workspace_id, caller.project_id, wanted.start, wanted.end, agent_id)
    total = index.count(*asked, MOST)
    if total > MOST:
        raise ExportTooLarge(f"the export exceeds {MOST:,} traces; narrow the date range")
    # Not one more than was said, should some have begun meanwhile.
    rows = _rows(store, caller, islice(index.ids(*asked), total), env.now())
    return Download(f"audit-{wanted.label}.csv", "text/csv; charset=utf-8", pieces(rows), total)


def _rows(store: LedgerStore, caller: Caller, trace_ids: Iterator[str], now: datetime) -> Iterator[bytes]:
    yield csv_lines.header(TRACE_COLUMNS)
    while some := list(islice(trace_ids, _BATCH)):
        heads = store.heads(caller.workspace_id, some)
        yield csv_lines.lines(trace_row(heads[each], now) for each in some if caller.sees(heads.get(each)))
