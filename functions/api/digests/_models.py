"""Digests and proofs as the API shows them."""

from typing import Any, TypedDict

DigestView = TypedDict(
    "DigestView",
    {
        "id": str,
        "sequence": int,
        "from": str,
        "to": str,
        "sealed_at": str,
        "tree_size": int,
        "root": str,
        "previous": str | None,
        "algorithm": str,
        "key_id": str,
        "version": int,
        "hash": str,
        "signature": str,
    },
)


class DigestPage(TypedDict):
    """Digests, newest first."""

    digests: list[DigestView]
    next_cursor: str | None
    public_key: str


class OneDigest(TypedDict):
    """A digest with the key it is signed by, PEM."""

    digest: DigestView
    public_key: str


class ProofView(TypedDict):
    """That a digest covers a trace. `leaf` hashes to `leaf_hash`, which leads along `path` to the digest's root."""

    trace_id: str
    digest_id: str
    leaf: dict[str, Any]
    leaf_hash: str
    leaf_index: int
    tree_size: int
    path: list[str]
    digest: DigestView
    public_key: str
    covers_events: int
    event_count: int
    earlier: list[str]
