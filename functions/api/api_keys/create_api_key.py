"""POST /api/v1/api-keys — make an API key."""

from api.api_keys._models import KeyBody, KeyView, key_view
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import api_keys
from wakeline.wiring import govern


class NewKey(KeyView):
    """A key with its secret, `key`, which is shown this once."""

    key: str


@endpoint("POST /api/v1/api-keys", scope="keys:write", status=201, remember=False)
def create_api_key(caller: Caller, body: KeyBody) -> NewKey:
    """Make a key. `key` is in this answer only; what is stored is its hash."""
    scopes = None if body.scopes is None else tuple(body.scopes)
    wanted = api_keys.Wanted(body.name, scopes, body.project_id, body.expires_in_days)
    secret = wiring.new_secret(api_keys.PREFIX)
    key = api_keys.create(wiring.keys(), wiring.env(), govern.audit_log(), secret, caller, wanted)
    return {"key": secret, **key_view(key)}


handler = lambda_entry(create_api_key)
