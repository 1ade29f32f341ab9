"""S3's events on the default bus, for buckets whose `NotificationConfiguration` switches them on."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest

from local.engine import Answer
from local.template import Template


def object_created(
    template: Template, operation: str, request: AWSPreparedRequest, answer: Answer
) -> dict[str, Any] | None:
    """The "Object Created" event of a PUT of an object; None for any other call and for a bucket without events.

    `operation` is PutObject for a client's own call, and PUT for one by a presigned URL.
    """
    if operation not in ("PutObject", "PUT"):
        return None
    url = urlsplit(request.url)
    host = url.hostname or ""
    bucket, _, key = unquote(url.path.lstrip("/")).partition("/")
    if ".s3." in host:
        bucket, key = host.split(".s3.")[0], unquote(url.path.lstrip("/"))
    notices = next(
        (each for each in template.resources("AWS::S3::Bucket") if each.name == bucket and _notifies(each.properties)),
        None,
    )
    if notices is None or not key or "uploads" in url.query or "tagging" in url.query:
        return None
    headers = {str(name).lower(): str(value) for name, value in answer[1].items()}
    body = request.body if isinstance(request.body, bytes | str) else b""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": template.account,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": template.region,
        "resources": [notices.arn],
        "detail": {
            "version": "0",
            "bucket": {"name": bucket},
            "object": {"key": key, "size": len(body), "etag": headers.get("etag", "").strip('"')},
            "request-id": "local",
            "requester": template.account,
            "source-ip-address": "127.0.0.1",
            "reason": "PutObject",
        },
    }


def _notifies(properties: dict[str, Any]) -> bool:
    bridge = properties.get("NotificationConfiguration", {}).get("EventBridgeConfiguration")
    return bridge is not None and bridge.get("EventBridgeEnabled", True) is not False
