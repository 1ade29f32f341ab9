"""GET /api/v1/digests — the signed hourly digests of the deployment, newest first."""

from typing import Annotated, cast

from pydantic import Field

from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import digests
from wakeline.wiring import evidence

from ._models import DigestPage, DigestView


@endpoint("GET /api/v1/digests", scope="traces:read")
def list_digests(
    caller: Caller,
    limit: Annotated[int, Field(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> DigestPage:
    """Each names the one before by its hash, so that none can go missing between two."""
    found, behind = digests.page(evidence.digests(), caller, limit, cursor)
    return {
        "digests": [cast(DigestView, digest.to_json()) for digest in found],
        "next_cursor": behind,
        "public_key": digests.pem(evidence.signer().public_key()),
    }


handler = lambda_entry(list_digests)
