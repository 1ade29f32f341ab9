"""Files of the search index in the private bucket."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from wakeline import settings
from wakeline.adapters import aws


class S3Blobs:
    """Files by key."""

    def put(self, key: str, path: str) -> None:
        """Store a file."""
        with Path(path).open("rb") as file:
            aws.client("s3").put_object(Bucket=settings.bucket_name(), Key=key, Body=file)

    def fetch(self, key: str, path: str) -> bool:
        """Write a stored file to a path. False when it is not there."""
        s3 = aws.client("s3")
        try:
            body = s3.get_object(Bucket=settings.bucket_name(), Key=key)["Body"]
        except s3.exceptions.NoSuchKey:
            return False
        with Path(path).open("wb") as file:
            shutil.copyfileobj(body, file, 1024 * 1024)
        return True

    def delete(self, key: str) -> None:
        """Remove a file; one that is not there is fine."""
        aws.client("s3").delete_object(Bucket=settings.bucket_name(), Key=key)

    def dated(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """Keys with the time of their last change, a thousand at a call."""
        pages = aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=settings.bucket_name(), Prefix=prefix)
        for page in pages:
            for each in page.get("Contents", []):
                yield each["Key"], each["LastModified"]
