"""Verifying a trace against itself and against the digests that cover it.

The chain says whether a trace fits itself; whoever can write to the table can make one that does. The digests say what
it was: the newest is read from the archive, and its leaf names the leaf before, down to the first.
"""

from collections.abc import Sequence
from dataclasses import replace

from wakeline.domain import chain, times
from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.errors import NotFound
from wakeline.domain.evidence.digest import HOUR, Digest, Proof, digest_id, facts_digest
from wakeline.domain.ids import is_id
from wakeline.domain.segments import Segment
from wakeline.domain.trace import Trace

from . import traces
from .evidence_ports import Archive, DigestStore, ProofStore
from .ports import LedgerStore
from .traces import Verification


def verify(
    store: LedgerStore,
    proofs: ProofStore,
    digests: DigestStore,
    archive: Archive,
    env: Env,
    caller: Caller,
    trace_id: str,
) -> Verification:
    """Recompute every hash of a trace, and hold it against every digest that covers it.

    Raises `NotFound`; a trace that is not there although a digest has it as alive is not valid.
    """
    found = proofs.proofs(caller.workspace_id, trace_id) if is_id(trace_id) else []
    heads: dict[int, str] = {}
    wanted = {proof.leaf.event_count for proof in found}

    def seen(segment: Segment) -> None:
        if segment.last_index + 1 in wanted:
            heads[segment.last_index + 1] = chain.spell(segment.head_hash)

    try:
        verified = traces.verify(store, env, caller, trace_id, seen)
    except NotFound:
        head = store.head(caller.workspace_id, trace_id) if found else None
        if not found or head is not None or caller.project_id is not None:
            raise
        return Verification(
            trace_id=trace_id,
            valid=False,
            event_count=0,
            head_hash="",
            verified_at=times.render(env.now()),
            first_invalid_event="index 0",
            reason=f"{digest_id(found[0].hour)} has this trace, and it is gone without a tombstone",
        )
    trace = store.head(caller.workspace_id, trace_id)
    if not verified.valid or trace is None:
        return verified
    broken = _against(trace, found, heads, archive) if found else _uncovered(trace, digests.last())
    if broken is None or (not found and proofs.proofs(caller.workspace_id, trace_id, 1)):
        # In the second case its hour was sealed while this ran.
        return verified
    return replace(verified, valid=False, first_invalid_event=f"index {max(0, broken[0])}", reason=broken[1])


def _against(trace: Trace, found: Sequence[Proof], heads: dict[int, str], archive: Archive) -> tuple[int, str] | None:
    """The first event that a digest knows otherwise, and why; `found` are all proofs, newest first."""
    heads = heads | {0: chain.spell(chain.genesis(trace.workspace_id, trace.id))}
    newest = found[0]
    sealed = archive.get(newest.hour)
    if sealed is None:
        return 0, f"{digest_id(newest.hour)} is gone from the archive"
    if (newest.root, newest.tree_size) != (sealed.root, sealed.tree_size):
        return 0, f"the proof in {digest_id(newest.hour)} does not lead to what was signed"
    for place, proof in enumerate(found):
        leaf, name = proof.leaf, digest_id(proof.hour)
        before = found[place + 1] if place + 1 < len(found) else None
        if leaf.previous != (chain.spell(before.leaf.hash) if before is not None else None):
            return 0, f"the proof before {name} is missing or was changed"
        if leaf.deleted:
            return 0, f"{name} has this trace as deleted"
        if leaf.event_count > trace.event_count:
            return trace.event_count, f"{name} saw {leaf.event_count} events: the end of the trace was cut off"
        if heads.get(leaf.event_count) != leaf.head_hash:
            return leaf.event_count - 1, f"{name} saw another event here: the chain was rewritten"
        if leaf.facts != facts_digest(trace):
            return 0, f"what the creator said of the trace is not what {name} saw"
    leaf = newest.leaf
    if leaf.version > trace.version or (leaf.version == trace.version and leaf.seal != trace.seal):
        return trace.last_index, f"HEAD was changed since {digest_id(newest.hour)}, without a trace of it"
    return None


def _uncovered(trace: Trace, last: Digest | None) -> tuple[int, str] | None:
    """A trace that changed last in a sealed hour is in some digest. Before the first digest there were none."""
    if last is None:
        return None
    first = times.parse(last.start) - last.sequence * HOUR
    if first <= times.parse(trace.changed_at) < times.parse(last.end):
        return 0, f"it changed at {trace.changed_at}, and no digest since then names it"
    return None
