"""What evidence is wired from: digests, exports, webhooks."""

from typing import TYPE_CHECKING

from wakeline import wiring

if TYPE_CHECKING:
    from wakeline.services.digests import Notary
    from wakeline.services.evidence_ports import Archive, ChangeIndex, Checked, DigestStore, ProofStore, Signer
    from wakeline.services.export_ports import SpanIndex
    from wakeline.services.nightly import Nightly


def digests() -> "DigestStore":
    """Digests, for lists."""
    from wakeline.adapters.dynamodb.digests import DynamoDigests

    return DynamoDigests()


def changes() -> "ChangeIndex":
    """Traces by the hour of their last change."""
    from wakeline.adapters.dynamodb.digests import DynamoDigests

    return DynamoDigests()


def proofs() -> "ProofStore":
    """Which digests traces are in."""
    from wakeline.adapters.dynamodb.digests import DynamoProofs

    return DynamoProofs()


def archive() -> "Archive":
    """Digests under Object Lock."""
    from wakeline.adapters.s3.archive import S3Archive

    return S3Archive()


def signer() -> "Signer":
    """The deployment's signing key."""
    from wakeline.adapters.kms import KmsSigner

    return KmsSigner()


def is_signed() -> "Checked":
    """Checks a signature."""
    from wakeline.adapters import kms

    return kms.is_signed


def spans() -> "SpanIndex":
    """Segments by the time of their events."""
    from wakeline.adapters.dynamodb.spans import DynamoSpans

    return DynamoSpans()


def nightly() -> "Nightly":
    """All that nightly exports take."""
    from wakeline.adapters.dynamodb.nightly import DynamoExports
    from wakeline.adapters.s3.nightly import S3Exports
    from wakeline.services.nightly import Nightly

    done = DynamoExports()
    return Nightly(wiring.ledger(), changes(), done, done, S3Exports(), wiring.env())


def notary() -> "Notary":
    """All that sealing an hour takes."""
    from wakeline.services.digests import Notary

    return Notary(wiring.ledger(), changes(), proofs(), digests(), archive(), signer(), wiring.env())
