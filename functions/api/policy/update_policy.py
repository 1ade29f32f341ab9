"""PUT /api/v1/policy — make a TOML document the policy in force."""

from api.policy._models import reply, tags_of
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Malformed, UnsupportedMedia
from wakeline.domain.policy import MAX_TEXT
from wakeline.http.endpoint import Reply, Request, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import policies
from wakeline.wiring import govern

_TAKEN = ("", "application/toml", "text/toml", "text/x-toml", "application/x-toml", "text/plain")


@endpoint(
    "PUT /api/v1/policy",
    scope="policy:write",
    max_body=MAX_TEXT,
    takes={"application/toml": str},
    media="application/toml",
    errors=(415,),
)
def update_policy(caller: Caller, request: Request) -> Reply:
    """A new version, or 400 with the line and key of each mistake. With `If-Match`, 409 unless that is in force."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TAKEN:
        raise UnsupportedMedia("a policy is sent as application/toml", field="Content-Type")
    try:
        text = request.body(MAX_TEXT).decode()
    except UnicodeDecodeError as error:
        raise Malformed("the policy is not UTF-8") from error
    return reply(policies.put(govern.policies(), wiring.env(), govern.audit_log(), caller, text, tags_of(request)))


handler = lambda_entry(update_policy)
