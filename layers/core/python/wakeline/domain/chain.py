"""The hash chain of a trace.

payload_digest = sha256(salt ‖ JCS({payload, metadata})) integrity_hash = sha256(0x00 ‖ prev_hash ‖ JCS(envelope)),
where the envelope is every field of the event but `payload`, `metadata`, `payload_salt`, `prev_hash` and
`integrity_hash`; fields that an event does not have are absent from it. The first prev_hash is sha256(0x01 ‖
workspace ‖ 0x00 ‖ trace id). Hashes enter a hash as their 32 raw bytes and are written `sha256:<hex>`; the salt is 8
random bytes, written in hex. An erased payload leaves its digest, so the chain still verifies.
"""

from hashlib import sha256

PREFIX = "sha256:"


def genesis(workspace_id: str, trace_id: str) -> bytes:
    """The prev_hash of a trace's first event: it ties the chain to its place, so a foreign segment never fits."""
    return sha256(b"\x01" + workspace_id.encode() + b"\x00" + trace_id.encode()).digest()


def payload_digest(salt: bytes, content: bytes) -> bytes:
    """The digest of the canonical bytes of `{payload, metadata}`."""
    return sha256(salt + content).digest()


def integrity_hash(prev_hash: bytes, envelope: bytes) -> bytes:
    """The hash of an event from its predecessor's hash and its canonical envelope."""
    return sha256(b"\x00" + prev_hash + envelope).digest()


def spell(digest: bytes) -> str:
    """`sha256:<hex>`."""
    return PREFIX + digest.hex()


def unspell(text: str) -> bytes:
    """The raw bytes of a hash written by `spell`. Raises ValueError when it is not one."""
    if not text.startswith(PREFIX) or len(text) != len(PREFIX) + 64:
        raise ValueError("not a sha256 hash")
    return bytes.fromhex(text[len(PREFIX) :])
