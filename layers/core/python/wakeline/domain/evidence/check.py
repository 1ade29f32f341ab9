"""Checks an exported trace with nothing but the file: chain, HEAD, proofs, digests, signatures.

Every finding says what was checked, where, and whether it holds. Whatever was changed in the file, in the record before
it was exported, or in the digests, breaks something here; docs/evidence.md has the table.
"""

from typing import Any

from wakeline.domain import chain, times
from wakeline.domain.canonical import canonical
from wakeline.domain.events import Event
from wakeline.domain.trace import Trace, seal_over
from wakeline.domain.views.trace import event_view, trace_view

from .approvals import Approvals
from .check_digests import check_digests
from .export import FORMAT
from .report import UNREADABLE, IsSigned, Outside, Report

_ENVELOPE = (
    "actor", "id", "idempotency_key", "index", "parent_id", "received_at", "seq", "span_id", "timestamp", "type",
)  # fmt: skip


def check(export: Any, is_signed: IsSigned, outside: Outside | None = None) -> Report:
    """Check an export. What is not even the shape of one is a failed finding, never an exception."""
    report = Report()
    outside = outside or Outside()
    try:
        integrity = export["integrity"]
        if integrity["format"] != FORMAT:
            report.failed(f"the export's format is {integrity['format']!r}, not {FORMAT!r}")
            return report
        trace = Trace.from_json(integrity["head"])
        events = export["events"]
        if not isinstance(events, list):
            raise TypeError("events are no list")
    except (KeyError, TypeError, ValueError) as error:
        report.failed(f"this is not an exported trace: {type(error).__name__} {error}")
        return report
    report.trace_id = trace.id
    heads, approvals = _check_events(report, trace, events)
    _check_head(report, trace, export, heads, approvals)
    check_digests(report, trace, integrity, heads, is_signed, outside)
    return report


def _check_events(report: Report, trace: Trace, events: list[Any]) -> tuple[list[str], Approvals]:
    """The hashes after each number of events, as far as the chain holds; and the approvals that the events tell."""
    expected = chain.genesis(trace.workspace_id, trace.id)
    heads = [chain.spell(expected)]
    approvals = Approvals()
    last_seq = -1
    for place, said in enumerate(events):
        where = f"event {place}"
        try:
            where = f"event {place} ({said['id']})"
            event = _event(said)
            envelope = {**event.envelope, "payload_digest": chain.spell(event.payload_digest)}
            if event.payload is not None and event.salt is not None:
                content = canonical({"metadata": event.metadata, "payload": event.payload})
                if chain.payload_digest(event.salt, content) != event.payload_digest:
                    report.failed("payload or metadata is not what payload_digest covers", where)
                    return heads, approvals
            else:
                report.erased += 1
            if event.prev_hash != expected:
                report.failed(
                    "prev_hash is not the hash of the event before: something is missing or was put in", where
                )
                return heads, approvals
            if chain.integrity_hash(event.prev_hash, canonical(envelope, "event")) != event.integrity_hash:
                report.failed("integrity_hash does not fit the event's content", where)
                return heads, approvals
            if event.index != place or event.seq <= last_seq:
                report.failed("the event is not at its place", where)
                return heads, approvals
            shown = event_view(event, trace.id)
            odd = [name for name in shown if name in said and said[name] != shown[name]]
            if odd or said.keys() - shown.keys():
                report.failed(f"{', '.join(odd) or 'a field'} is not what the event says", where)
                return heads, approvals
            approvals.take(event)
        except UNREADABLE as error:
            report.failed(f"the event cannot be read: {error}", where)
            return heads, approvals
        expected, last_seq = event.integrity_hash, event.seq
        heads.append(chain.spell(expected))
        report.events += 1
    report.passed(f"the hash chain of {report.events} events holds")
    return heads, approvals


def _event(said: dict[str, Any]) -> Event:
    """The event that an export shows. A payload that stands there must have its salt, and the other way round."""
    erased = said["payload"] is None
    if erased != (said["payload_salt"] is None) or (erased and said["metadata"] is not None):
        raise ValueError("it is half erased")
    optional = ("idempotency_key", "parent_id", "span_id")
    envelope = {name: said[name] for name in _ENVELOPE if name not in optional or said.get(name) is not None}
    return Event(
        envelope=envelope,
        payload=said["payload"],
        metadata=said["metadata"],
        salt=None if erased else bytes.fromhex(said["payload_salt"]),
        payload_digest=chain.unspell(said["payload_digest"]),
        prev_hash=chain.unspell(said["prev_hash"]),
        integrity_hash=chain.unspell(said["integrity_hash"]),
    )


def _check_head(report: Report, trace: Trace, export: dict[str, Any], heads: list[str], approvals: Approvals) -> None:
    if len(heads) <= len(export["events"]):
        return  # the chain is broken already; where, was said
    if trace.event_count != len(export["events"]) or trace.head_hash != heads[-1]:
        report.failed(
            f"the trace's head is of {trace.event_count} events, the export holds {len(export['events'])}: its end is"
            " missing, or the head was changed",
            "head",
        )
        return
    try:
        sealed = seal_over(export["integrity"]["head"]) == trace.seal
        shown = dict(trace_view(trace, times.parse(export["exported_at"])))
        said = export["trace"]
        odd = [name for name in shown if name in said and said[name] != shown[name]]
        odd += sorted(said.keys() - shown.keys())
    except UNREADABLE as error:
        report.failed(f"the head cannot be read: {error}", "head")
        return
    if not sealed:
        report.failed("the head's seal does not fit: what is said of the trace was changed", "head")
    elif odd:
        report.failed(f"{', '.join(odd)}: not what the head says", "trace")
    elif export["approval_requests"] != approvals.requests:
        report.failed("the approvals are not what the events tell", "approval_requests")
    else:
        report.passed("the trace is what its head says, and its head is sealed")
