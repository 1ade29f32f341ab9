"""Checks an exported trace with nothing but the file: chain, HEAD, proofs, digests, signatures.

Every finding says what was checked, where, and whether it holds. Whatever was changed in the file, in the record before
it was exported, or in the digests, breaks something here; docs/evidence.md has the table.
"""

from base64 import b64decode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import Any

from wakeline.domain import chain, times
from wakeline.domain.canonical import canonical
from wakeline.domain.errors import WakelineError
from wakeline.domain.events import Event
from wakeline.domain.trace import Trace, seal_of
from wakeline.domain.views.trace import event_view, trace_view

from .approvals import Approvals
from .digest import Digest, Leaf, Proof, digest_id, facts_digest, from_base64
from .export import FORMAT
from .merkle import Tree

_UNREADABLE = (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError, WakelineError)
"""What a value of another kind than ours raises, somewhere."""

IsSigned = Callable[[bytes, bytes, bytes], bool]
_ENVELOPE = (
    "actor", "id", "idempotency_key", "index", "parent_id", "received_at", "seq", "span_id", "timestamp", "type",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. `where` is an event, a proof or a digest."""

    ok: bool
    what: str
    where: str = ""


@dataclass(slots=True)
class Report:
    """All findings. `valid` when none of them failed; `warnings` say what could not be checked."""

    trace_id: str = ""
    events: int = 0
    erased: int = 0
    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        return all(finding.ok for finding in self.findings)

    def passed(self, what: str, where: str = "") -> None:
        self.findings.append(Finding(True, what, where))

    def failed(self, what: str, where: str = "") -> None:
        self.findings.append(Finding(False, what, where))


@dataclass(frozen=True, slots=True)
class Outside:
    """What the checker has from elsewhere than the export: digests, leaves of one of them, the public key (DER)."""

    digests: tuple[dict[str, Any], ...] = ()
    leaves: dict[str, tuple[Leaf, ...]] = field(default_factory=dict)
    public_key: bytes | None = None


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
    _check_digests(report, trace, integrity, heads, is_signed, outside)
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
        except _UNREADABLE as error:
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
        sealed = seal_of(trace) == trace.seal
        shown = dict(trace_view(trace, times.parse(export["exported_at"])))
        said = export["trace"]
        odd = [name for name in shown if name in said and said[name] != shown[name]]
        odd += sorted(said.keys() - shown.keys())
    except _UNREADABLE as error:
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


def _check_digests(
    report: Report,
    trace: Trace,
    integrity: dict[str, Any],
    heads: list[str],
    is_signed: IsSigned,
    outside: Outside,
) -> None:
    try:
        proofs = sorted((_proof(each) for each in integrity["proofs"]), key=lambda proof: proof.hour)
        given = [Digest.from_json(each) for each in integrity["digests"]]
        own = [Digest.from_json(each) for each in outside.digests]
        key = outside.public_key or public_key_of(integrity["public_key"])
        for digest in (*given, *own):
            from_base64(digest.signature)
    except (KeyError, TypeError, ValueError) as error:
        report.failed(f"proofs or digests cannot be read: {error}", "integrity")
        return
    if outside.public_key is None:
        report.warnings.append(
            "signatures were checked with the key in the export itself; --public-key is the sure way"
        )
    digests = {digest.id: digest for digest in given}
    for digest in own:
        if digest.id in digests and digests[digest.id] != digest:
            report.failed("the export's digest is another than yours", digest.id)
        digests[digest.id] = digest
    for digest in digests.values():
        _check_signature(report, digest, key, is_signed)
    _check_hashes(report, [*integrity["digests"], *outside.digests])
    _check_chain(report, own)
    _check_proofs(report, trace, proofs, digests, heads)
    _check_leaves(report, trace, proofs, digests, outside.leaves)
    if not proofs and report.valid:
        report.warnings.append("the trace is in no digest yet: only the chain itself was checked")


def _proof(said: dict[str, Any]) -> Proof:
    proof = Proof.from_json(said)
    if said["leaf_hash"] != chain.spell(proof.leaf.hash):
        raise ValueError(f"the leaf in {said['digest_id']} has another hash")
    return proof


def _check_signature(report: Report, digest: Digest, key: bytes, is_signed: IsSigned) -> None:
    if digest.key_id != chain.spell(sha256(key).digest()):
        report.failed("the digest is signed with another key", digest.id)
    elif not is_signed(key, digest.statement, from_base64(digest.signature)):
        report.failed("the digest's signature does not fit", digest.id)
    else:
        report.passed("the digest's signature fits", digest.id)


def _check_hashes(report: Report, said: Iterable[dict[str, Any]]) -> None:
    for each in said:
        if each.get("hash") != Digest.from_json(each).hash:
            report.failed("the digest's hash does not fit", str(each.get("id")))


def _check_chain(report: Report, digests: list[Digest]) -> None:
    """Digests from elsewhere, of consecutive hours: none may be missing between the first and the last."""
    ordered = sorted(digests, key=lambda digest: digest.sequence)
    for older, newer in pairwise(ordered):
        if newer.sequence == older.sequence:
            continue
        if newer.previous != older.hash or newer.sequence != older.sequence + 1 or newer.start != older.end:
            report.failed(f"does not follow {older.id}: a digest is missing or was replaced", newer.id)
            return
    if len(ordered) > 1:
        report.passed(f"{len(ordered)} digests follow one another without a gap")


def _check_proofs(
    report: Report, trace: Trace, proofs: list[Proof], digests: dict[str, Digest], heads: list[str]
) -> None:
    previous: str | None = None
    for proof in proofs:
        where = f"proof in {digest_id(proof.hour)}"
        leaf = proof.leaf
        digest = digests.get(digest_id(proof.hour))
        problem = None
        if digest is None:
            problem = "its digest is not in the export"
        elif proof.tree_size != digest.tree_size or proof.root != digest.root:
            problem = "it does not lead to the digest's root"
        elif (leaf.workspace_id, leaf.trace_id) != (trace.workspace_id, trace.id):
            problem = "it is another trace's"
        elif leaf.previous != previous:
            problem = (
                "the leaf before it is not that of the proof before: a proof is missing, or the trace was rewritten"
            )
        elif leaf.event_count > trace.event_count:
            problem = f"the digest saw {leaf.event_count} events: the end of the trace was cut off"
        elif leaf.event_count < len(heads) and leaf.head_hash != heads[leaf.event_count]:
            problem = f"the digest saw another event {leaf.event_count - 1}: the chain was rewritten"
        elif not leaf.deleted and leaf.facts != facts_digest(trace):
            problem = "what the creator said of the trace was changed since"
        elif leaf.version > trace.version or (leaf.version == trace.version and leaf.seal != trace.seal):
            problem = "the head was changed since, without a trace of it"
        if problem is not None:
            report.failed(problem, where)
            return
        previous = chain.spell(leaf.hash)
    if proofs:
        report.passed(
            f"{len(proofs)} proofs lead to signed digests; the newest covers {proofs[-1].leaf.event_count} events"
        )
        behind = trace.event_count - proofs[-1].leaf.event_count
        if behind:
            report.warnings.append(f"the last {behind} events are in no digest yet: only the chain itself covers them")


def _check_leaves(
    report: Report,
    trace: Trace,
    proofs: list[Proof],
    digests: dict[str, Digest],
    leaves: dict[str, tuple[Leaf, ...]],
) -> None:
    """Leaf lists from the archive: they must give their digest's root, and name this trace as its proof does."""
    proven = {digest_id(proof.hour): proof.leaf for proof in proofs}
    for name, listed in leaves.items():
        root = chain.spell(Tree([leaf.hash for leaf in listed]).root)
        at = next((each for each in digests.values() if each.root == root and each.tree_size == len(listed)), None)
        if at is None:
            report.failed("the leaves give the root of none of the digests", name)
            continue
        mine = next(
            (leaf for leaf in listed if (leaf.workspace_id, leaf.trace_id) == (trace.workspace_id, trace.id)), None
        )
        if mine != proven.get(at.id):
            report.failed(f"the leaves of {at.id} say otherwise of this trace than the export", name)
        else:
            report.passed(f"the leaves give the root of {at.id}", name)


def public_key_of(pem: str) -> bytes:
    """The DER of a public key in PEM. Raises ValueError for what is none."""
    lines = [line.strip() for line in pem.strip().splitlines()]
    if not lines or lines[0] != "-----BEGIN PUBLIC KEY-----" or lines[-1] != "-----END PUBLIC KEY-----":
        raise ValueError("not a public key in PEM")
    return b64decode("".join(lines[1:-1]), validate=True)
