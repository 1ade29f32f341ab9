"""Segment bodies too large for an item."""

from hashlib import sha256

from wakeline import settings
from wakeline.adapters import aws


def key(workspace_id: str, trace_id: str, first_index: int, body: bytes) -> str:
    """`bodies/ws_1/trc_9/000000000120-<sha256, 32 hex digits>`: a writer that loses the race overwrites nobody's
    body.
    """
    return f"bodies/{workspace_id}/{trace_id}/{first_index:012d}-{sha256(body).hexdigest()[:32]}"


def put(object_key: str, body: bytes) -> None:
    """Store a body."""
    aws.client("s3").put_object(Bucket=settings.bucket_name(), Key=object_key, Body=body)


def get(object_key: str) -> bytes:
    """Fetch a body; empty when it is not there."""
    s3 = aws.client("s3")
    try:
        found: bytes = s3.get_object(Bucket=settings.bucket_name(), Key=object_key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return b""
    return found


def delete(object_key: str) -> None:
    """Remove a body; one that is not there is fine."""
    aws.client("s3").delete_object(Bucket=settings.bucket_name(), Key=object_key)
