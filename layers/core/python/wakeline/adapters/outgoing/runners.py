"""Callers' own runners, reached by signed requests."""

from datetime import UTC, datetime

from wakeline.domain.replay.engine import EngineFailed

from .client import Unreachable, post
from .signed import signed_headers


class WebhookRunners:
    """The `Runners` port."""

    def send(self, url: str, secret: str, message_id: str, body: bytes) -> None:
        """One signed POST; no repeat, since a runner that was slow may have begun."""
        try:
            status = post(url, signed_headers(secret, message_id, datetime.now(UTC), body), body)
        except Unreachable as error:
            raise EngineFailed(f"the runner was not reached: {error}") from error
        if 300 <= status < 400:
            raise EngineFailed(f"the runner answered {status}; redirects are not followed")
        if not 200 <= status < 300:
            raise EngineFailed(f"the runner answered {status}")
