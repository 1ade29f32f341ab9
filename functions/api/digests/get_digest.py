"""GET /api/v1/digests/{digest_id} — one signed digest."""

from typing import cast

from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import digests
from wakeline.wiring import evidence

from ._models import DigestView, OneDigest


@endpoint("GET /api/v1/digests/{digest_id}", scope="traces:read")
def get_digest(caller: Caller, digest_id: str) -> OneDigest:  # noqa: ARG001 — a digest is the whole deployment's
    """What was signed, the signature, and the public key."""
    found = digests.get(evidence.digests(), digest_id)
    return {
        "digest": cast(DigestView, found.to_json()),
        "public_key": digests.pem(evidence.signer().public_key()),
    }


handler = lambda_entry(get_digest)
