"""What evidence is wired from: digests, exports, webhooks."""

from typing import TYPE_CHECKING

from wakeline import settings, wiring

from . import govern

if TYPE_CHECKING:
    from wakeline.adapters.dynamodb.nightly import DynamoExports
    from wakeline.domain.webhooks.webhook import Message
    from wakeline.services.digests import Notary
    from wakeline.services.erasure import SegmentEraser
    from wakeline.services.evidence_ports import Archive, ChangeIndex, Checked, DigestStore, ProofStore, Signer
    from wakeline.services.export_ports import SpanIndex, TraceRange
    from wakeline.services.nightly import Nightly
    from wakeline.services.webhook_ports import WebhookStore
    from wakeline.services.webhooks import Post


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


def trace_range() -> "TraceRange":
    """Traces by start, oldest first."""
    from wakeline.adapters.dynamodb.trace_range import DynamoTraceRange

    return DynamoTraceRange()


def eraser() -> "SegmentEraser":
    """Rewrites segments whose events are erased."""
    from wakeline.adapters.dynamodb.erasure import DynamoEraser

    return DynamoEraser()


def webhooks() -> "WebhookStore":
    """Subscriptions and their log."""
    from wakeline.adapters.dynamodb.webhooks import DynamoWebhooks

    return DynamoWebhooks()


def post() -> "Post":
    """All that webhooks take."""
    import random

    from wakeline.adapters.message_queue import SqsMessages
    from wakeline.adapters.outgoing.courier import OutgoingCourier
    from wakeline.services.webhooks import Post

    return Post(
        webhooks(),
        SqsMessages(),
        OutgoingCourier(),
        govern.audit_log(),
        wiring.env(),
        lambda: wiring.secret(settings.webhook_secret_name()),
        random.random,
    )


def queued(body: str) -> "Message":
    """A queued webhook message."""
    from wakeline.adapters import message_queue

    return message_queue.read(body)


def exported() -> "DynamoExports":
    """How far workspaces are exported, which names them all."""
    from wakeline.adapters.dynamodb.nightly import DynamoExports

    return DynamoExports()


def nightly() -> "Nightly":
    """All that nightly exports take."""
    from wakeline.adapters.s3.nightly import S3Exports
    from wakeline.services.nightly import Nightly

    done = exported()
    return Nightly(wiring.ledger(), changes(), done, done, S3Exports(), wiring.env())


def notary() -> "Notary":
    """All that sealing an hour takes."""
    from wakeline.services.digests import Notary

    return Notary(wiring.ledger(), changes(), proofs(), digests(), archive(), signer(), wiring.env())
