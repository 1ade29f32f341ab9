"""S3's events: of objects that were put, by a client or by a presigned URL, into buckets that ask for them."""

from types import SimpleNamespace
from typing import Any

import pytest

from local.s3_events import object_created


def template(**properties: Any) -> Any:
    bucket = SimpleNamespace(name="b-1", arn="arn:aws:s3:::b-1", properties=properties)
    return SimpleNamespace(resources=lambda _: [bucket], account="123456789012", region="us-east-1")


ON = template(NotificationConfiguration={"EventBridgeConfiguration": {"EventBridgeEnabled": True}})
PATH = "https://s3.us-east-1.amazonaws.com/b-1/a/%C3%A4%20b.png"


def created(template: Any = ON, operation: str = "PutObject", url: str = PATH) -> dict[str, Any] | None:
    request: Any = SimpleNamespace(url=url, body=b"abc")
    return object_created(template, operation, request, (200, {"ETag": '"e"'}, b""))


@pytest.mark.parametrize("url", [PATH, "https://b-1.s3.us-east-1.amazonaws.com/a/%C3%A4%20b.png"])
@pytest.mark.parametrize("operation", ["PutObject", "PUT"])
def test_an_object_that_was_put(operation, url):
    event = created(operation=operation, url=url)
    assert event is not None
    assert (event["source"], event["detail-type"]) == ("aws.s3", "Object Created")
    assert event["detail"]["bucket"] == {"name": "b-1"}
    assert event["detail"]["object"] == {"key": "a/ä b.png", "size": 3, "etag": "e"}


@pytest.mark.parametrize("operation", ["GetObject", "DeleteObject", "GET", "PutBucketVersioning"])
def test_other_calls_are_no_news(operation):
    assert created(operation=operation) is None


@pytest.mark.parametrize("url", ["https://s3.us-east-1.amazonaws.com/b-2/k", "https://s3.us-east-1.amazonaws.com/b-1/"])
def test_other_buckets_are_no_news(url):
    assert created(url=url) is None


@pytest.mark.parametrize(
    "properties", [{}, {"NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": False}}}]
)
def test_a_bucket_that_does_not_ask(properties):
    assert created(template(**properties)) is None
