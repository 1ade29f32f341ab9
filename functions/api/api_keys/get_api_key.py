"""GET /api/v1/api-keys — whether the caller has an API key, and which."""

from typing import NotRequired, TypedDict

from api.api_keys._models import key_view
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import api_keys


class CurrentKey(TypedDict):
    """The caller's key; without one `exists` is false and little else is said."""

    exists: bool
    prefix: str | None
    scopes: list[str]
    created_at: str | None
    last_used_at: str | None
    id: NotRequired[str]
    name: NotRequired[str | None]
    project_id: NotRequired[str | None]
    expires_at: NotRequired[str | None]


_NONE: CurrentKey = {"exists": False, "prefix": None, "created_at": None, "last_used_at": None, "scopes": []}


@endpoint("GET /api/v1/api-keys", scope="keys:write")
def get_api_key(caller: Caller) -> CurrentKey:
    """The key that was used, or the newest one that a signed-in person made; never its secret."""
    key = api_keys.current(wiring.keys(), caller)
    return {"exists": True, **key_view(key)} if key else _NONE


handler = lambda_entry(get_api_key)
