"""GET /artifacts/{artifact_id} — lead to an artifact's bytes by a URL that lasts five minutes."""

from typing import Literal

from wakeline import wiring
from wakeline.domain.artifacts.artifact import ArtifactView
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import Reply, Request, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import artifacts


class SignedArtifact(ArtifactView):
    """An artifact and the URL of its bytes, for `expires_in` seconds."""

    signed_url: str
    expires_in: int


@endpoint("GET /artifacts/{artifact_id}", scope="traces:read", also=(307,), errors=(409,))
def get_artifact(
    caller: Caller, request: Request, artifact_id: str, format: Literal["json"] | None = None
) -> Reply[SignedArtifact]:
    """307 to a presigned URL; JSON for `?format=json` or an Accept that names it. 409 while nothing is stored."""
    artifact = artifacts.get(wiring.artifacts(), wiring.ledger(), caller, artifact_id)
    url = wiring.files().download_url(artifact, artifacts.DOWNLOAD_S)
    body: SignedArtifact = {
        **artifact.to_json(),
        "signed_url": url,
        "expires_in": artifacts.DOWNLOAD_S,
    }
    if format == "json" or "application/json" in request.headers.get("accept", ""):
        return Reply(body)
    return Reply("", 307, {"Location": url, "Referrer-Policy": "no-referrer"}, content_type="text/plain")


handler = lambda_entry(get_artifact)
