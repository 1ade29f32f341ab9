"""HTTP functions of the small template."""

import base64
import json
import os
from typing import Any

import botocore.session


def echo(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer with the event."""
    about = {"event": event, "function": context.function_name, "left": context.get_remaining_time_in_millis()}
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(about)}


def literal(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Two values of one header, and bytes."""
    return {
        "statusCode": 203,
        "headers": {"x-one": "1"},
        "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"], "Content-Type": ["application/x-bytes"]},
        "body": base64.b64encode(b"\x00\xff").decode(),
        "isBase64Encoded": True,
    }


def boom(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Fail."""
    raise RuntimeError("a secret inside")


def count(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Add one to a counter, and put an object."""
    session: Any = botocore.session.get_session()
    answer = session.create_client("dynamodb").update_item(
        TableName=os.environ["TABLE_NAME"],
        Key={"pk": {"S": "counter"}, "sk": {"S": "0"}},
        UpdateExpression="ADD hits :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="ALL_NEW",
    )
    hits = answer["Attributes"]["hits"]["N"]
    s3 = session.create_client("s3")
    s3.put_object(Bucket=os.environ["BUCKET_NAME"], Key=f"hits/{hits}", Body=hits.encode(), ContentType="text/plain")
    return {"statusCode": 200, "body": json.dumps({"hits": int(hits)})}
