"""DELETE /api/v1/api-keys — revoke an API key at once."""

from typing import Annotated

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import api_keys
from wakeline.wiring import govern


@endpoint("DELETE /api/v1/api-keys", scope="keys:write", status=204)
def delete_api_key(caller: Caller, id: Annotated[str | None, Field(max_length=128)] = None) -> Reply:
    """Revoke the caller's own key, or with `?id=` another one of the workspace."""
    api_keys.revoke(wiring.keys(), wiring.env(), govern.audit_log(), caller, id)
    return Reply(status=204)


handler = lambda_entry(delete_api_key)
