"""GET /api/v1/health — whether the service answers."""

import time
from typing import TypedDict

from wakeline import wiring
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry


class Health(TypedDict):
    """That the service answers."""

    status: str
    version: str
    uptime_secs: int


_STARTED = time.monotonic()


@endpoint("GET /api/v1/health", scope=None)
def get_health() -> Health:
    """The version, and how long the process that answers has been up, in whole seconds."""
    return {"status": "ok", "version": wiring.version(), "uptime_secs": int(time.monotonic() - _STARTED)}


handler = lambda_entry(get_health)
