"""The `data` field of a push: JSON Lines text, or base64 of gzip, as bytes."""

import base64
import binascii
import zlib

from ..errors import Invalid, TooLarge

_GZIP_IN_BASE64 = "H4s"
"""How the gzip magic 1f 8b begins in base64. No JSON text begins like this, so the two forms cannot be confused."""

MAX_LINES = 100_000
"""Far beyond any session; lines cost memory of their own, so that megabytes of newlines would be a bomb too."""

_GZIP_WINDOW = 16 + zlib.MAX_WBITS


def decode(data: str, limit: int) -> bytes:
    """The transcript's bytes from a push's `data`, plain or base64 of gzip (recognised by its magic).

    `limit` is the most bytes the transcript may have once unpacked; unpacking stops there, so a zip bomb costs `limit`
    bytes of memory at most. Raises `TooLarge` beyond it and beyond `MAX_LINES`, and `Invalid` for base64 or gzip that
    is broken or cut off; both name the field `data`.
    """
    text = data.lstrip("\ufeff \t\r\n")
    if text.startswith(_GZIP_IN_BASE64):
        plain = _unpack(_from_base64(text), limit)
    else:
        plain = data.encode("utf-8", "replace")
        if len(plain) > limit:
            raise _too_large(limit)
    if plain.count(b"\n") > MAX_LINES:
        raise TooLarge(f"data is a transcript of more than {MAX_LINES} lines", field="data")
    return plain


def _from_base64(text: str) -> bytes:
    compact = "".join(text.split())
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("data begins like base64 of gzip but is not valid base64", field="data") from error


def _unpack(packed: bytes, limit: int) -> bytes:
    """Unpack every member of a gzip stream; `cat a.gz b.gz` is one too."""
    parts: list[bytes] = []
    room = limit
    while packed:
        stream = zlib.decompressobj(_GZIP_WINDOW)
        try:
            part = stream.decompress(packed, room + 1)
        except zlib.error as error:
            raise Invalid("data is not valid gzip", field="data") from error
        if len(part) > room:
            raise _too_large(limit)
        if not stream.eof:
            raise Invalid("data is gzip that was cut off", field="data")
        parts.append(part)
        room -= len(part)
        packed = stream.unused_data.lstrip(b"\0")
    return b"".join(parts)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"data is a transcript of more than {limit} bytes", field="data")
