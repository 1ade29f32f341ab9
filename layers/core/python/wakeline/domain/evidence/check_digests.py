"""Checks the digests and proofs of an exported trace: signatures, the chain of digests, and what they saw of it."""

from collections.abc import Iterable
from hashlib import sha256
from itertools import pairwise
from typing import Any

from wakeline.domain import chain
from wakeline.domain.trace import Trace

from .digest import Digest, Leaf, Proof, digest_id, facts_digest, from_base64
from .merkle import Tree
from .report import IsSigned, Outside, Report, public_key_of


def check_digests(
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
