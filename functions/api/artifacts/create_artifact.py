"""POST /api/traces/{trace_id}/artifacts — store a file with a trace, or announce one and learn where to send it."""

from hashlib import sha256
from typing import NotRequired, TypedDict

from api.artifacts import _models
from wakeline import wiring
from wakeline.domain.artifacts.artifact import ArtifactView, Upload
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Conflict, Invalid
from wakeline.http.endpoint import Reply, Request, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import artifacts, traces


class CreatedArtifact(TypedDict):
    """The artifact, and where to PUT its bytes if they did not come along."""

    artifact: ArtifactView
    upload: NotRequired[Upload]


@endpoint(
    "POST /api/traces/{trace_id}/artifacts",
    scope="traces:write",
    status=201,
    also=(200,),
    errors=(415,),
    takes={"application/json": _models.ArtifactBody, "application/octet-stream": bytes},
)
def create_artifact(caller: Caller, request: Request, trace_id: str) -> Reply[CreatedArtifact]:
    """Take JSON with base64 content, a file as it is, or an announcement: then `upload` is a presigned PUT.

    201, and 200 for an artifact of the caller's own id that is there already.
    """
    trace = traces.require(wiring.ledger(), caller, trace_id)
    sent = _models.read(request)
    env = wiring.env()
    key = request.headers.get("idempotency-key") if sent.artifact_id is None else None
    # The id follows from the key, so that doing it again is harmless. The answer is not kept: its URL expires.
    artifact_id = sent.artifact_id or (_id_of(caller, trace_id, key) if key else env.new_id("art"))
    store, files = wiring.artifacts(), wiring.files()
    try:
        made = artifacts.create(store, files, env, caller, trace, artifact_id, sent.wanted, sent.content)
    except Conflict as error:
        if key and error.field == "artifact_id":
            raise Invalid("this Idempotency-Key was used with another body", field="Idempotency-Key") from error
        raise
    body: CreatedArtifact = {"artifact": made.artifact.to_json()}
    if made.upload:
        body["upload"] = made.upload
    return Reply(body, 201 if made.is_new or key else 200, remember=False)


def _id_of(caller: Caller, trace_id: str, key: str) -> str:
    said = "\0".join((caller.principal, trace_id, key))
    return f"art_{sha256(said.encode()).hexdigest()[:32]}"


handler = lambda_entry(create_artifact)
