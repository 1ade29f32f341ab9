"""GET /api/v1/policy — the policy in force, or an earlier version, as TOML."""

from typing import Annotated

from pydantic import Field

from api.policy._models import reply
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import policies
from wakeline.wiring import govern


@endpoint("GET /api/v1/policy", scope="traces:read", media="application/toml", errors=(404,))
def get_policy(caller: Caller, version: Annotated[int | None, Field(ge=0, le=10**8)] = None) -> Reply:
    """The document as it was put; version 0 is the default. Its ETag is what a change's `If-Match` compares."""
    store = govern.policies()
    if version is None:
        return reply(policies.current(store, caller.workspace_id))
    return reply(policies.of_version(store, caller.workspace_id, version))


handler = lambda_entry(get_policy)
