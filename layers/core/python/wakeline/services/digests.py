"""Digests: seal each hour, list them, and show that a trace is in them.

An hour is committed by writing its digest to the archive, which takes one per hour and keeps it. Whatever dies before
is done again; whatever dies behind it is finished from what the archive holds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from itertools import islice

from wakeline.domain import chain, cursor, times
from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.errors import Conflict, NotFound
from wakeline.domain.evidence.digest import HOUR, Digest, Leaf, Proof, hour_of, start_of, to_base64, unsigned
from wakeline.domain.evidence.merkle import Tree
from wakeline.domain.ids import is_id
from wakeline.domain.trace import Trace

from .evidence_ports import Archive, ChangeIndex, DigestStore, ProofStore, Signer
from .ports import LedgerStore

GRACE = timedelta(minutes=4)
"""How long after its end an hour is sealed: the index by time may lag a little behind the table."""

_BATCH = 100


@dataclass(frozen=True, slots=True)
class Notary:
    """All that sealing takes."""

    ledger: LedgerStore
    changes: ChangeIndex
    proofs: ProofStore
    digests: DigestStore
    archive: Archive
    signer: Signer
    env: Env


def seal_due(notary: Notary, go_on: Callable[[], bool] = lambda: True) -> list[Digest]:
    """Seal every hour that is over and has no digest, oldest first, while `go_on` says so. The very first digest is of
    the last hour that is over.
    """
    made: list[Digest] = []
    last = notary.digests.last()
    newest = hour_of(notary.env.now() - GRACE - HOUR)
    while go_on():
        hour = hour_of(start_of(last.hour) + HOUR) if last is not None else newest
        if hour > newest:
            break
        last = _seal(notary, hour, last, up_to_now=hour == newest)
        made.append(last)
    return made


def _seal(notary: Notary, hour: str, previous: Digest | None, *, up_to_now: bool) -> Digest:
    found = notary.archive.get(hour)
    if found is None:
        leaves = sorted(_leaves(notary, hour, up_to_now=up_to_now), key=lambda leaf: (leaf.workspace_id, leaf.trace_id))
        tree = Tree([leaf.hash for leaf in leaves])
        key_id = chain.spell(sha256(notary.signer.public_key()).digest())
        digest = unsigned(hour, previous, tree, len(leaves), notary.env.now(), key_id)
        digest = replace(digest, signature=to_base64(notary.signer.sign(digest.statement)))
        notary.archive.put_leaves(digest, leaves)
        found = notary.archive.commit(digest)
    # From the archive, so that what another run committed for this hour is told as it is.
    leaves = list(notary.archive.leaves(found))
    tree = Tree([leaf.hash for leaf in leaves])
    if chain.spell(tree.root) != found.root:
        raise Conflict(f"the leaves of {found.id} are not those that were signed")
    proofs = (Proof(hour, leaf, at, len(leaves), tuple(tree.path(at))) for at, leaf in enumerate(leaves))
    while batch := list(islice(proofs, _BATCH)):
        notary.proofs.put(batch)
    notary.digests.put(found)
    return found


def _leaves(notary: Notary, hour: str, *, up_to_now: bool) -> Iterator[Leaf]:
    """A leaf for each trace that changed in the hour.

    One that has changed since stands under a later hour. The newest digest covers those as well, as they are now, so a
    trace that is never at rest is in a digest all the same; when late hours are caught up, that digest is the last.
    """
    seen: set[tuple[str, str]] = set()
    moment = start_of(hour)
    end = moment + HOUR
    while moment <= (notary.env.now() if up_to_now else start_of(hour)):
        by_workspace: dict[str, list[str]] = {}
        for place in notary.changes.changed(hour_of(moment)):
            if place not in seen:
                seen.add(place)
                by_workspace.setdefault(place[0], []).append(place[1])
        for workspace_id, trace_ids in by_workspace.items():
            for at in range(0, len(trace_ids), _BATCH):
                for trace in notary.ledger.heads(workspace_id, trace_ids[at : at + _BATCH]).values():
                    if times.parse(trace.created_at) < end:
                        yield Leaf.of(trace, _previous(notary, trace, hour))
        moment += HOUR


def _previous(notary: Notary, trace: Trace, hour: str) -> str | None:
    """The hash of the leaf that the trace had last. A trace that was created in this hour had none."""
    if times.parse(trace.created_at) >= start_of(hour):
        return None
    earlier = (proof for proof in notary.proofs.proofs(trace.workspace_id, trace.id, 2) if proof.hour < hour)
    last = next(earlier, None)
    return chain.spell(last.leaf.hash) if last is not None else None


def get(digests: DigestStore, wanted: str) -> Digest:
    """One digest. Raises `NotFound`."""
    found = digests.get(wanted) if is_id(wanted) else None
    if found is None:
        raise NotFound("digest not found")
    return found


def prove(ledger: LedgerStore, proofs: ProofStore, caller: Caller, trace_id: str) -> tuple[Trace | None, list[Proof]]:
    """A trace, also a deleted one, and its proofs, newest first. None for a trace that is gone though a digest has it.

    Raises `NotFound` for one that is not the caller's.
    """
    trace = ledger.head(caller.workspace_id, trace_id) if is_id(trace_id) else None
    if trace is not None and caller.project_id not in (None, trace.project_id):
        raise NotFound("trace not found")
    found = proofs.proofs(caller.workspace_id, trace_id) if is_id(trace_id) else []
    if trace is None and (not found or caller.project_id is not None):
        raise NotFound("trace not found")
    return trace, found


class DigestPosition(cursor.Position):
    """Where a list of digests goes on."""

    before: str


def page(digests: DigestStore, caller: Caller, limit: int, at: str | None) -> tuple[list[Digest], str | None]:
    """Digests, newest first, and the cursor behind them. Raises `Invalid` for a broken cursor."""
    binding = cursor.binding_of("digests", caller.workspace_id)
    before = cursor.read(at, DigestPosition, binding).before if at is not None else None
    found = digests.page(before, limit + 1)
    more = cursor.spell(DigestPosition(before=found[limit - 1].id), binding) if len(found) > limit else None
    return found[:limit], more


def pem(public_key: bytes) -> str:
    """A public key (SubjectPublicKeyInfo, DER) as PEM."""
    text = to_base64(public_key)
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])
