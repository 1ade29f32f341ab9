"""A POST that reaches public addresses only.

The name is resolved once, every address it has is checked, and the connection goes to the checked address: what the
name leads to a moment later does not matter. TLS is verified against the name. Redirects are not followed, proxies of
the environment not used, the answer's body not read.
"""

import http.client
import socket
import ssl
from collections.abc import Mapping
from ipaddress import ip_address
from threading import Timer
from urllib.parse import urlsplit

from wakeline import settings
from wakeline.domain.errors import Invalid
from wakeline.domain.outgoing import checked_url, is_public

CONNECT_S = 5.0
TOTAL_S = 20.0


class Unreachable(Exception):
    """No answer came; the message says why, without what a private network would not tell."""


def post(url: str, headers: Mapping[str, str], body: bytes, seconds: float = TOTAL_S) -> int:
    """POST a body and return the answer's status, whatever it is. Raises `Unreachable`, at the latest after `seconds`.

    A host listed in the setting `OUTGOING_ALLOW` is reached wherever it is, by http too: for tests only.
    """
    parts = urlsplit(url)
    allowed = parts.netloc in settings.outgoing_allow()
    if not allowed:
        try:
            checked_url(url)
        except Invalid as error:
            raise Unreachable(error.message) from error
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    connection = _Pinned(host, port, _address(host, port, allowed), secure)
    # A timeout of the socket bounds each wait; a peer that sends byte by byte is bounded by this.
    timer = Timer(seconds, connection.abort)
    timer.daemon = True
    timer.start()
    try:
        path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        connection.request("POST", path, body, {"User-Agent": "wakeline", "Connection": "close", **headers})
        return connection.getresponse().status
    except TimeoutError as error:
        raise Unreachable("it did not answer in time") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = "it did not answer in time" if connection.aborted else "the connection failed"
        raise Unreachable(why) from error
    finally:
        timer.cancel()
        connection.close()


def _address(host: str, port: int, allowed: bool) -> str:
    """The address to connect to. Raises `Unreachable` unless every address of the host is public, or it is allowed."""
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise Unreachable("the host has no address") from error
    if not found or not (allowed or all(is_public(ip_address(each.partition("%")[0])) for each in found)):
        raise Unreachable("the host leads to a private address")
    return found[0]


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, that calls itself by the host's name."""

    def __init__(self, host: str, port: int, address: str, secure: bool) -> None:
        super().__init__(host, port, timeout=CONNECT_S)
        self._address = address
        self._secure = secure
        self.aborted = False
        # What the Host header leaves out.
        self.default_port = 443 if secure else 80

    def connect(self) -> None:
        """Connect to the address, not to the name."""
        sock = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = sock
        sock.settimeout(TOTAL_S)
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(sock, server_hostname=self.host)

    def abort(self) -> None:
        """Cut the connection off, from another thread."""
        self.aborted = True
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return
