"""GET /api/v1/health — whether the service answers."""

import time
from typing import Any

from wakeline import wiring
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry

_STARTED = time.monotonic()


@endpoint("GET /api/v1/health", scope=None)
def get_health() -> dict[str, Any]:
    """The version, and how long the process that answers has been up, in whole seconds."""
    return {"status": "ok", "version": wiring.version(), "uptime_secs": int(time.monotonic() - _STARTED)}


handler = lambda_entry(get_health)
