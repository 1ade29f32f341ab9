"""Artifacts' bytes, and the presigned URLs by which they come and go without passing through a function."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

from wakeline import settings
from wakeline.adapters import aws
from wakeline.domain.artifacts.artifact import Artifact, Upload
from wakeline.domain.artifacts.file_names import disposition

UPLOAD_S = 900
_PIECE = 1024 * 1024


class S3Files:
    """The `FileStore` port."""

    def put(self, artifact: Artifact, content: bytes) -> None:
        """Store a file. S3 checks the digest."""
        aws.client("s3").put_object(**_object(artifact.storage_path), Body=content, **_pinned(artifact))

    def read(self, path: str) -> Iterator[bytes] | None:
        """A file in pieces of 1 MiB."""
        s3 = aws.client("s3")
        try:
            body = s3.get_object(**_object(path))["Body"]
        except s3.exceptions.NoSuchKey:
            return None
        pieces: Iterator[bytes] = body.iter_chunks(_PIECE)
        return pieces

    def delete(self, path: str) -> None:
        """Remove a file; as any other, its last version goes for good after the bucket's days of grace."""
        aws.client("s3").delete_object(**_object(path))

    def upload(self, artifact: Artifact) -> Upload:
        """A presigned PUT. Type, size, digest, and that nothing is there yet: each is a signed header, so S3 refuses
        any other request.
        """
        parameters = _object(artifact.storage_path) | _pinned(artifact)
        url = presigner().generate_presigned_url(
            "put_object",
            Params={**parameters, "ContentLength": artifact.size_bytes, "IfNoneMatch": "*"},
            ExpiresIn=UPLOAD_S,
        )
        headers = {
            "Content-Type": artifact.content_type,
            "Content-Length": str(artifact.size_bytes),
            "If-None-Match": "*",
        }
        if artifact.checksum:
            headers["x-amz-checksum-sha256"] = artifact.checksum
        return Upload(url, headers, UPLOAD_S)

    def download_url(self, artifact: Artifact, seconds: int) -> str:
        """A presigned GET, answered as a download of the declared type, whatever the object's own headers say."""
        url: str = presigner().generate_presigned_url(
            "get_object",
            Params={
                **_object(artifact.storage_path),
                "ResponseContentType": artifact.content_type,
                "ResponseContentDisposition": disposition(artifact.filename),
                "ResponseCacheControl": "private, no-store",
            },
            ExpiresIn=seconds,
        )
        return url


def _object(path: str) -> dict[str, Any]:
    return {"Bucket": settings.bucket_name(), "Key": path}


def _pinned(artifact: Artifact) -> dict[str, Any]:
    said = {"ContentType": artifact.content_type}
    return said | ({"ChecksumSHA256": artifact.checksum} if artifact.checksum else {})


def presigner() -> Any:
    return _presigner_for(settings.s3_public_endpoint())


@cache
def _presigner_for(endpoint: str) -> Any:
    """The S3 client that signs URLs: of the region's own endpoint, or of the one that the local stack serves."""
    from botocore.config import Config

    style: Literal["path", "virtual"] = "path" if endpoint else "virtual"
    config = Config(signature_version="s3v4", s3={"addressing_style": style, "us_east_1_regional_endpoint": "regional"})
    return aws.session().create_client("s3", endpoint_url=endpoint or None, config=config)
