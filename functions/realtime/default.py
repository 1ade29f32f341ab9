"""Started by a message of a WebSocket client — answers a ping, which also keeps API Gateway from hanging up after ten
idle minutes.
"""

import json
from typing import Any

from wakeline.http.realtime import answer_to


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answer to the one who asked."""
    return {"statusCode": 200, "body": json.dumps(answer_to(event.get("body") or ""))}
