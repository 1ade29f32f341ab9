"""Segments: one appended batch as the ledger stores it.

The body is zlib-compressed lines, one per event, of four fields between tabs (JSON escapes tabs, so none stands
inside a field):

    <integrity hash, hex> TAB <salt, hex> TAB <JCS of envelope without payload_digest> TAB <JCS of {metadata, payload}>

Hashed bytes are stored as they were hashed. What can be derived is not stored: the previous hash is the line
before's, the payload digest is recomputed from salt and content. An erased event has its digest, `sha256:<hex>`, in
place of the salt and no content.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from . import chain
from .canonical import canonical, read_canonical
from .delta import Delta
from .errors import WakelineError
from .events import Event
from .trace import SegmentFacts, Trace

MAX_EVENTS = 500
MAX_BYTES = 6 * 1024 * 1024
MAX_STORED = 8 * MAX_BYTES
"""Bytes of a segment before compression. A line of a transcript may be longer than a request of the API; none may be
unreadable.
"""
INLINE_BYTES = 300 * 1024
"""A compressed body that is larger, with its delta, is stored in S3: an item holds at most 400 KB."""

_NEXT_FIELD = b',"received_at":"'
"""The field that follows payload_digest in canonical order; quotes inside strings are escaped, so it is found at the
top only.
"""


class Damaged(WakelineError):
    """A stored segment cannot be read back. `GET …/verify` says which event is the first one hurt."""


@dataclass(frozen=True, slots=True)
class Segment(SegmentFacts):
    """A batch at its place in the chain. `body` is compressed; `delta` is what the batch adds to HEAD.

    `intact` is false of a stored segment whose seal does not fit what it says of itself.
    """

    delta: Delta
    body: bytes
    intact: bool = True

    def follows(self, trace: Trace) -> bool:
        """Whether this is the segment right behind HEAD, to be folded in."""
        return self.first_index == trace.last_index + 1 and self.prev_hash == trace.head and self.intact

    def events(self, lines: list[bytes] | None = None) -> Iterator[Event]:
        """The events of this segment, in order; `lines` are its own, when inflated already. Raises `Damaged` for a
        body we did not write.
        """
        prev_hash = self.prev_hash
        for line in self.lines() if lines is None else lines:
            try:
                event = decode(line, prev_hash)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise Damaged(f"the segment at index {self.first_index} is damaged") from error
            prev_hash = event.integrity_hash
            yield event

    def lines(self) -> list[bytes]:
        """The stored lines, one per event. Raises `Damaged`."""
        try:
            inflater = zlib.decompressobj()
            # A body that grows past the bound was not written by us.
            text = inflater.decompress(self.body, MAX_STORED)
        except zlib.error as error:
            raise Damaged(f"the segment at index {self.first_index} is damaged") from error
        if not inflater.eof or inflater.unused_data or text[-1:] not in (b"", b"\n"):
            raise Damaged(f"the segment at index {self.first_index} is damaged")
        return text.split(b"\n")[:-1]


def encode_body(lines: Iterable[bytes]) -> bytes:
    """Compress lines into a body."""
    return zlib.compress(b"".join(line + b"\n" for line in lines), 6)


def write(
    envelope: dict[str, Any],
    payload: dict[str, Any],
    metadata: dict[str, Any] | None,
    salt: bytes,
    prev_hash: bytes,
) -> tuple[Event, bytes]:
    """Hash one event behind `prev_hash`. Returns it and its line. Raises `Invalid` for what has no canonical form."""
    content = canonical({"metadata": metadata, "payload": payload})
    bare = canonical(envelope, "event")
    digest = chain.payload_digest(salt, content)
    own_hash = chain.integrity_hash(prev_hash, _with_digest(bare, digest))
    line = b"\t".join((own_hash.hex().encode(), salt.hex().encode(), bare, content))
    return Event(envelope, payload, metadata, salt, digest, prev_hash, own_hash), line


def decode(line: bytes, prev_hash: bytes) -> Event:
    """Read one line; hashes are taken as stored, not checked. Raises ValueError or KeyError on a broken line."""
    own_hash, salt, bare, content = line.split(b"\t")
    if content:
        held = read_canonical(content)
        digest = chain.payload_digest(bytes.fromhex(salt.decode()), content)
        payload, metadata, raw_salt = held["payload"], held["metadata"], bytes.fromhex(salt.decode())
    else:
        digest, payload, metadata, raw_salt = chain.unspell(salt.decode()), None, None, None
    return Event(read_canonical(bare), payload, metadata, raw_salt, digest, prev_hash, bytes.fromhex(own_hash.decode()))


def recompute(line: bytes, event: Event) -> bytes:
    """The integrity hash that a stored line ought to bear, from its own bytes."""
    return chain.integrity_hash(event.prev_hash, _with_digest(line.split(b"\t")[2], event.payload_digest))


def _with_digest(bare: bytes, digest: bytes) -> bytes:
    """Put payload_digest at its place in the canonical envelope."""
    at = bare.index(_NEXT_FIELD)
    return b"".join((bare[:at], b',"payload_digest":"', chain.spell(digest).encode(), b'"', bare[at:]))
