"""GET /api/api-keys — the API keys of the workspace."""

from typing import TypedDict

from api.api_keys._models import KeyView, key_view
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import api_keys


class KeyList(TypedDict):
    """Keys, oldest first."""

    keys: list[KeyView]


@endpoint("GET /api/api-keys", scope="keys:write")
def list_api_keys(caller: Caller) -> KeyList:
    """The keys that were not revoked, without their secrets; a workspace has at most a thousand. A key of one project
    sees that project's.
    """
    return {"keys": [key_view(key) for key in api_keys.listed(wiring.keys(), caller)]}


handler = lambda_entry(list_api_keys)
