"""What evidence needs of the outside: changed traces, proofs, digests, their archive, and a key to sign with."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from wakeline.domain.evidence.digest import Digest, Leaf, Proof


class ChangeIndex(Protocol):
    """Traces by the hour of their last change."""

    def changed(self, hour: str) -> Iterator[tuple[str, str]]:
        """The (workspace, trace) of all traces, deleted ones included, that changed last in an hour."""


class ProofStore(Protocol):
    """Which digests a trace is in."""

    def proofs(self, workspace_id: str, trace_id: str, limit: int = 1000) -> list[Proof]:
        """The trace's proofs, newest first."""

    def put(self, proofs: Sequence[Proof]) -> None:
        """Store proofs; the same again changes nothing."""


class DigestStore(Protocol):
    """Digests, for lists. What counts is the archive."""

    def last(self) -> Digest | None:
        """The newest digest."""

    def get(self, digest_id: str) -> Digest | None:
        """One digest."""

    def many(self, digest_ids: Sequence[str]) -> dict[str, Digest]:
        """Those of these digests that there are, by id."""

    def page(self, before: str | None, limit: int) -> list[Digest]:
        """Digests of hours before `before`, newest first."""

    def put(self, digest: Digest) -> None:
        """Store a digest; the same again changes nothing."""


class Archive(Protocol):
    """Where digests cannot be changed or removed until their time is up."""

    def put_leaves(self, digest: Digest, leaves: Iterable[Leaf]) -> None:
        """Store an hour's leaves under its root."""

    def leaves(self, digest: Digest) -> Iterator[Leaf]:
        """The leaves of a digest, in the order of the tree."""

    def commit(self, digest: Digest) -> Digest:
        """Store a digest, unless its hour has one: the one that stands."""

    def get(self, hour: str) -> Digest | None:
        """The digest of an hour."""


class Signer(Protocol):
    """The key of the deployment, which nobody can take out."""

    def public_key(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""

    def sign(self, statement: bytes) -> bytes:
        """An ECDSA signature over SHA-256, DER."""


class Checked(Protocol):
    """Whether a signature is one of a statement under a public key."""

    def __call__(self, public_key: bytes, statement: bytes, signature: bytes) -> bool: ...
