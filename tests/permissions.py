"""What the template lets each function do, and whether that covers a call it makes."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from local.dynamodb_dispatch import body_of
from local.template import ACCOUNT, REGION, Template


@dataclass(frozen=True)
class Need:
    """One thing that IAM is asked: an action on a resource, of DynamoDB with all partition keys it touches there."""

    action: str
    resource: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statement:
    """One statement that allows something. `owner` is the policy or the function it stands in."""

    owner: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    keys: tuple[str, ...]

    def allows(self, need: Need) -> bool:
        """As IAM: a single statement has to cover the request, every key of it included."""
        return (
            need.action in self.actions
            and any(_like(resource, need.resource) for resource in self.resources)
            and (not self.keys or all(any(_like(key, each) for key in self.keys) for each in need.keys))
        )


def allowed(template: Template) -> dict[str, list[Statement]]:
    """The statements of each function, its managed policies' among them, by logical id."""
    managed = {
        each.name: _statements(each.logical_id, each.properties["PolicyDocument"])
        for each in template.resources("AWS::IAM::ManagedPolicy")
    }
    found = {}
    for function in template.resources("AWS::Serverless::Function"):
        policies = function.properties.get("Policies", [])
        found[function.logical_id] = [
            statement
            for policy in policies
            for statement in (managed[policy] if isinstance(policy, str) else _statements(function.logical_id, policy))
        ]
    return found


def _statements(owner: str, document: dict[str, Any]) -> list[Statement]:
    return [
        Statement(
            owner,
            tuple(_list(each["Action"])),
            tuple(_list(each["Resource"])),
            tuple(key for test in each.get("Condition", {}).values() for key in _list(test["dynamodb:LeadingKeys"])),
        )
        for each in _list(document["Statement"])
    ]


def needs(
    service: str, operation: str, request: Any, table_arns: dict[str, str], status: int | None = None
) -> Iterator[Need]:
    """What IAM is asked for a request, by botocore's names of service and operation. `status` is the answer's."""
    url = urlsplit(request.url)
    match service:
        case "dynamodb":
            yield from _of_dynamodb(operation, json.loads(body_of(request) or b"{}"), table_arns)
        case "s3":
            yield from of_s3(operation, url, tagged="x-amz-tagging" in request.headers, missing=status == 404)
        case "bedrock-runtime":
            model = unquote(url.path.split("/")[2])
            yield Need("bedrock:InvokeModel", f"arn:aws:bedrock:{REGION}::foundation-model/{model}")
        case "apigatewaymanagementapi":
            stage, place = url.path.lstrip("/").split("/", 1)
            path = f"{url.netloc.split('.')[0]}/{stage}/{request.method}/{unquote(place)}"
            yield Need("execute-api:ManageConnections", f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{path}")
        case _:
            yield from _of_json(service, operation, json.loads(body_of(request)))


def _of_json(service: str, operation: str, body: dict[str, Any]) -> Iterator[Need]:
    def arn(name: str) -> str:
        return name if name.startswith("arn:") else f"arn:aws:{kind}:{REGION}:{ACCOUNT}:{before}{name}{behind}"

    before = behind = ""
    match kind := _NAMES.get(service, service):
        case "kms":
            before, names = "key/", [body["KeyId"]]
        case "sqs":
            names = [body["QueueUrl"].rpartition("/")[2]]
        case "events":
            before, names = "event-bus/", [entry["EventBusName"] for entry in body["Entries"]]
        case "secretsmanager":
            before, behind, names = "secret:", "-AbCdEf", [body["SecretId"]]
        case _:
            raise AssertionError(f"say what {service}.{operation} asks IAM for")
    for name in names:
        yield Need(f"{kind}:{operation}", arn(name))


def _of_dynamodb(operation: str, body: dict[str, Any], arns: dict[str, str]) -> Iterator[Need]:
    def need(action: str, table: str, *keys: str) -> Need:
        return Need(f"dynamodb:{action}", arns[table], tuple(sorted(set(keys))))

    match operation:
        case "Query":
            index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
            name, value = re.findall(r"([#\w]+) *= *(:\w+)", body["KeyConditionExpression"])[0]
            assert body.get("ExpressionAttributeNames", {}).get(name, name).endswith("pk")
            key = body["ExpressionAttributeValues"][value]["S"]
            yield Need("dynamodb:Query", arns[body["TableName"]] + index, (key,))
        case "BatchGetItem":
            for table, asked in body["RequestItems"].items():
                yield need(operation, table, *(key["pk"]["S"] for key in asked["Keys"]))
        case "BatchWriteItem":
            for table, entries in body["RequestItems"].items():
                items = (
                    each["PutRequest"]["Item"] if "PutRequest" in each else each["DeleteRequest"]["Key"]
                    for each in entries
                )
                yield need(operation, table, *(item["pk"]["S"] for item in items))
        case "TransactWriteItems" | "TransactGetItems":
            for entry in body["TransactItems"]:
                ((kind, said),) = entry.items()
                action = "ConditionCheckItem" if kind == "ConditionCheck" else f"{kind}Item"
                yield need(action, said["TableName"], (said.get("Item") or said["Key"])["pk"]["S"])
        case _:
            yield need(operation, body["TableName"], (body.get("Item") or body["Key"])["pk"]["S"])


_NAMES = {"eventbridge": "events", "secrets-manager": "secretsmanager"}
"""IAM's names of services that botocore calls otherwise."""

_S3 = {
    "HeadObject": "GetObject",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "DeleteObjects": "DeleteObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
}


def of_s3(operation: str, url: Any, *, tagged: bool = False, missing: bool = False) -> Iterator[Need]:
    """What IAM is asked for a request of S3, signed ones among them. Tags need a permission of their own; and without
    that to list the bucket, S3 says 403 of what is missing, not 404.
    """
    bucket, _, key = url.path.lstrip("/").partition("/")
    host = re.match(r"(.+?)\.s3[.-]", url.netloc)
    if host:
        bucket, key = host[1], url.path.lstrip("/")
    action = _S3.get(operation, operation)
    if "versionId" in parse_qs(url.query) and action in ("GetObject", "DeleteObject"):
        action += "Version"
    place = f"arn:aws:s3:::{bucket}"
    yield Need(f"s3:{action}", f"{place}/{unquote(key)}" if key else place)
    if tagged:
        yield Need("s3:PutObjectTagging", f"{place}/{unquote(key)}")
    if missing:
        yield Need("s3:ListBucket", place)


def _like(pattern: str, text: str) -> bool:
    """IAM's StringLike: `*` stands for anything, `?` for one character."""
    if pattern == text:
        return True
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text, re.DOTALL) is not None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
