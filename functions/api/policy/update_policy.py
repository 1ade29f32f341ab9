"""PUT /api/v1/policy — make a TOML document the policy in force."""

from api.policy._models import reply, tags_of, text_of
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.policy import MAX_TEXT
from wakeline.http.endpoint import Reply, Request, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import policies
from wakeline.wiring import govern


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
    return reply(
        policies.put(govern.policies(), wiring.env(), govern.audit_log(), caller, text_of(request), tags_of(request))
    )


handler = lambda_entry(update_policy)
