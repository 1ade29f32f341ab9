"""GET /api/v1/api-keys — whether the caller has an API key, and which."""

from typing import Any

from api.api_keys._models import key_view
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import api_keys

_NONE: dict[str, Any] = {"exists": False, "prefix": None, "created_at": None, "last_used_at": None, "scopes": []}


@endpoint("GET /api/v1/api-keys", scope="keys:write")
def get_api_key(caller: Caller) -> dict[str, Any]:
    """The key that was used, or the newest one that a signed-in person made; never its secret."""
    key = api_keys.current(wiring.keys(), caller)
    return {"exists": True, **key_view(key)} if key else dict(_NONE)


handler = lambda_entry(get_api_key)
