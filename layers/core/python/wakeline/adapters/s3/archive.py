"""The archive: a bucket under Object Lock, where a digest and its leaves cannot be changed or removed."""

import gzip
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from wakeline import settings
from wakeline.adapters import aws
from wakeline.domain.canonical import canonical
from wakeline.domain.errors import Conflict
from wakeline.domain.evidence.digest import Digest, Leaf

_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")


class S3Archive:
    """The `Archive` port. The bucket's own default retention locks what is put."""

    def put_leaves(self, digest: Digest, leaves: Iterable[Leaf]) -> None:
        """Pattern: the leaves of an hour, as gzipped JSON Lines, under a name that their root gives."""
        if digest.tree_size == 0:
            return
        packed = io.BytesIO()
        with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6, mtime=0) as file:
            for leaf in leaves:
                file.write(canonical(asdict(leaf), "leaf") + b"\n")
        aws.client("s3").put_object(
            Bucket=settings.evidence_bucket(),
            Key=leaves_key(digest),
            Body=packed.getvalue(),
            ContentType="application/x-ndjson",
            ContentEncoding="gzip",
            ChecksumAlgorithm="SHA256",
        )

    def leaves(self, digest: Digest) -> Iterator[Leaf]:
        """Pattern: read the leaves of a digest."""
        if digest.tree_size == 0:
            return
        body = _first_version(leaves_key(digest))
        if body is None:
            raise Conflict(f"the leaves of {digest.id} are gone")
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as lines:
            for line in lines:
                yield Leaf.from_json(json.loads(line))

    def commit(self, digest: Digest) -> Digest:
        """Pattern: an hour's digest, once. A conditional PutObject."""
        s3 = aws.client("s3")
        try:
            s3.put_object(
                Bucket=settings.evidence_bucket(),
                Key=digest_key(digest.hour),
                Body=canonical(digest.to_json(), "digest"),
                ContentType="application/json",
                ChecksumAlgorithm="SHA256",
                IfNoneMatch="*",
            )
        except s3.exceptions.ClientError as error:
            if aws.code_of(error) not in _TAKEN:
                raise
            return self.get(digest.hour) or digest
        return digest

    def get(self, hour: str) -> Digest | None:
        """Pattern: the digest of an hour."""
        body = _first_version(digest_key(hour))
        return Digest.from_json(json.loads(body)) if body is not None else None


def _first_version(key: str) -> bytes | None:
    """An object as it was written first. Object Lock keeps a version; it stops nobody from putting another on top."""
    s3 = aws.client("s3")
    bucket = settings.evidence_bucket()
    versions: list[tuple[Any, str]] = []
    request: dict[str, Any] = {"Bucket": bucket, "Prefix": key}
    while True:
        page = s3.list_object_versions(**request)
        versions += [
            (each["LastModified"], each["VersionId"]) for each in page.get("Versions", []) if each["Key"] == key
        ]
        if not page.get("IsTruncated"):
            break
        request |= {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
    if not versions:
        return None
    # S3 lists the newest first; of two of the same second the later listed is the older.
    oldest = min(reversed(versions), key=lambda each: each[0])[1]
    body: bytes = s3.get_object(Bucket=bucket, Key=key, VersionId=oldest)["Body"].read()
    return body


def digest_key(hour: str) -> str:
    """`digests/2026/03/21/10.json`."""
    return f"digests/{hour[:10].replace('-', '/')}/{hour[11:]}.json"


def leaves_key(digest: Digest) -> str:
    """`leaves/2026/03/21/10-<first 16 hex digits of the root>.jsonl.gz`."""
    root = digest.root.removeprefix("sha256:")[:16]
    return f"leaves/{digest.hour[:10].replace('-', '/')}/{digest.hour[11:]}-{root}.jsonl.gz"
