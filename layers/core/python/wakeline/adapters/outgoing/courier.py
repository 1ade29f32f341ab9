"""Webhook messages on their way out."""

import socket
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from wakeline import settings
from wakeline.domain.errors import Invalid
from wakeline.domain.outgoing import checked_url, is_public
from wakeline.domain.webhooks.webhook import NotDelivered

from .client import Unreachable, post
from .signed import signed_headers

SECONDS = 10.0


class OutgoingCourier:
    """The `Courier` port."""

    def send(self, url: str, secret: str, message_id: str, at: datetime, body: str) -> int:
        """One signed POST, to a public address."""
        raw = body.encode()
        try:
            return post(url, signed_headers(secret, message_id, at, raw), raw, SECONDS)
        except Unreachable as error:
            raise NotDelivered(str(error)) from error

    def refuse(self, url: str) -> None:
        """Refuse early what would be refused at each attempt. What counts is the check when a message is sent."""
        parts = urlsplit(url)
        if parts.netloc in settings.outgoing_allow():
            return
        checked_url(url)
        if _is_address(parts.hostname or ""):
            return
        try:
            found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        if not all(is_public(ip_address(str(entry[4][0]).partition("%")[0])) for entry in found):
            raise Invalid("url: leads to a private address", field="url")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
