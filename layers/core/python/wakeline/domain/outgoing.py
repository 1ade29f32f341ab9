"""Requests to URLs that callers name: which of them may be made at all."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from .errors import Invalid

_NAT64 = IPv6Network("64:ff9b::/96")
_MAX_URL = 2048


def checked_url(url: str, field: str = "url") -> str:
    """The URL, if it is https, names a host and holds no credentials. Raises `Invalid` naming `field`.

    A host that is an address must be a public one; what a name leads to is told when the request is made.
    """
    if len(url) > _MAX_URL or any(ord(char) <= 32 or ord(char) == 127 for char in url) or "\\" in url:
        raise Invalid(f"{field}: is not a URL", field=field)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Invalid(f"{field}: is not a URL", field=field) from error
    if parts.scheme != "https" or not host:
        raise Invalid(f"{field}: must be an https URL", field=field)
    if parts.username is not None or parts.password is not None:
        raise Invalid(f"{field}: must hold no credentials", field=field)
    if port == 0:
        raise Invalid(f"{field}: has no port 0", field=field)
    if not is_public_host(host):
        raise Invalid(f"{field}: leads to a private address", field=field)
    return url


def is_public_host(host: str) -> bool:
    """Whether a host may be public: not an address of ours, nor a name for this machine or network."""
    try:
        return is_public(ip_address(host))
    except ValueError:
        pass
    name = host.rstrip(".").lower()
    # Decimal, octal and hexadecimal spellings of addresses, which a resolver may read as one.
    if name.rsplit(".", 1)[-1].startswith("0x") or name.rsplit(".", 1)[-1].isdigit():
        return False
    return name != "localhost" and not name.endswith((".localhost", ".local", ".internal", ".home.arpa"))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is on the internet; of one that wraps an IPv4 address, whether that is."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast
