"""What the journal writes down of items, objects and requests, and how it reads them back."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

from botocore.awsrequest import AWSPreparedRequest
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.s3.models import s3_backends

from local.dynamodb_dispatch import body_of
from local.journal_file import Entry
from local.metering import wire
from local.template import ACCOUNT

_OBJECT_HEADERS = ("content-type", "content-encoding", "content-disposition", "cache-control")


def stored_item(hash_key: DynamoType, range_key: DynamoType | None, attributes: dict[str, Any]) -> Item:
    """An item without moto's check of its size, quadratic in its attributes, which it passed when it was written."""
    item = Item(hash_key, range_key, {})
    for name, value in attributes.items():
        dict.__setitem__(item.attrs, name, DynamoType(value))
    return item


def key_of(table: Table, item: Item) -> dict[str, Any]:
    """The primary key of an item, in wire form."""
    attributes = wire(item) or {}
    return {name: attributes[name] for name in table.table_key_attrs}


def bytes_form(value: dict[str, Any]) -> dict[str, Any]:
    """JSON form as wire form: base64 text of binary values as bytes."""
    return {name: _bytes_value(each) for name, each in value.items()}


def _bytes_value(value: dict[str, Any]) -> dict[str, Any]:
    kind, content = next(iter(value.items()))
    match kind:
        case "B":
            return {kind: base64.b64decode(content)}
        case "BS":
            return {kind: [base64.b64decode(each) for each in content]}
        case "M":
            return {kind: bytes_form(content)}
        case "L":
            return {kind: [_bytes_value(each) for each in content]}
    return value


def touched_objects(request: AWSPreparedRequest) -> list[tuple[str, str]]:
    """(bucket, key) of every object an S3 request may have changed."""
    url = urlsplit(request.url)
    query = parse_qs(url.query, keep_blank_values=True)
    if "partNumber" in query or "uploads" in query:
        return []  # parts are no object yet
    path = unquote(url.path.lstrip("/"))
    host = (url.hostname or "").split(".s3.")
    bucket, _, key = (host[0], "", path) if len(host) > 1 else path.partition("/")
    if "delete" in query and not key:
        return [
            (bucket, each.text or "")
            for each in ElementTree.fromstring(body_of(request)).iterfind(".//{*}Object/{*}Key")
        ]
    return [(bucket, key)] if key else []


def object_entry(bucket: str, key: str) -> Entry:
    """The object as it is now, or that it is gone."""
    stored = s3_backends[ACCOUNT]["aws"].get_object(bucket, key)
    if stored is None:
        return {"o": bucket, "k": key, "gone": True}, b""
    metadata = {name.lower(): value for name, value in dict(stored.metadata).items()}
    names = {name: "".join(part.capitalize() for part in name.split("-")) for name in _OBJECT_HEADERS}
    headers = {names[name]: metadata[name] for name in _OBJECT_HEADERS if metadata.get(name)}
    own = {
        name.removeprefix("x-amz-meta-"): value for name, value in metadata.items() if name.startswith("x-amz-meta-")
    }
    return {"o": bucket, "k": key, "h": headers, "m": own}, stored.value


def request_entry(service: str, operation: str, request: AWSPreparedRequest) -> Entry:
    headers = {name: _text(value) for name, value in request.headers.items()}
    headers.pop("Authorization", None)
    return {"s": service, "op": operation, "m": request.method, "url": request.url, "h": headers}, body_of(request)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
