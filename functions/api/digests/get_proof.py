"""GET /api/v1/traces/{trace_id}/proof — that a trace is in a signed digest."""

from dataclasses import asdict
from typing import cast

from wakeline import wiring
from wakeline.domain import chain
from wakeline.domain.caller import Caller
from wakeline.domain.errors import NotFound
from wakeline.domain.evidence.digest import digest_id as id_of
from wakeline.domain.ids import Id
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import digests
from wakeline.wiring import evidence

from ._models import DigestView, ProofView


@endpoint("GET /api/v1/traces/{trace_id}/proof", scope="traces:read")
def get_proof(caller: Caller, trace_id: str, digest: Id | None = None) -> ProofView:
    """The newest proof, or that in the digest asked for; of deleted traces, too."""
    trace, found = digests.prove(wiring.ledger(), evidence.proofs(), caller, trace_id)
    asked = [proof for proof in found if digest in (None, id_of(proof.hour))]
    if not asked:
        raise NotFound(
            "the trace is in no such digest" if digest else "the trace is in no digest yet; each hour has one"
        )
    proof = asked[0]
    return {
        "trace_id": trace_id,
        "digest_id": id_of(proof.hour),
        "leaf": asdict(proof.leaf),
        "leaf_hash": chain.spell(proof.leaf.hash),
        "leaf_index": proof.index,
        "tree_size": proof.tree_size,
        "path": [chain.spell(each) for each in proof.path],
        "digest": cast(DigestView, digests.get(evidence.digests(), id_of(proof.hour)).to_json()),
        "public_key": digests.pem(evidence.signer().public_key()),
        "covers_events": proof.leaf.event_count,
        "event_count": trace.event_count if trace else 0,
        "earlier": [id_of(each.hour) for each in found if each.hour < proof.hour],
    }


handler = lambda_entry(get_proof)
