"""Requests of the artifact endpoints: a JSON body, or a file with headers that say what it is."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from wakeline.domain.artifacts.artifact import MAX_INLINE, MAX_SIZE, Wanted, wanted
from wakeline.domain.artifacts.media_types import media_type
from wakeline.domain.canonical import read_json
from wakeline.domain.errors import Invalid, TooLarge
from wakeline.domain.ids import Id, Label
from wakeline.http.endpoint import MAX_BODY, Request, invalid

_TOO_LONG = (
    f"content over {MAX_INLINE // 1024**2} MiB does not pass through here: register the artifact without content "
    "and PUT it to the upload URL of the answer"
)
_FILENAME = ("x-artifact-filename", "x-promptetheus-filename")
_TYPE = ("x-artifact-type", "x-promptetheus-artifact-type")
_ID = ("x-artifact-id", "x-promptetheus-artifact-id")
_DIGEST = ("x-artifact-sha256", "x-promptetheus-sha256")

TimeMap = dict[str, Annotated[int, Field(ge=-(10**15), le=10**15)]]


class ArtifactBody(BaseModel):
    """A file announced, or sent as base64 in `content`. `sha256` is hex or base64; `event_time_map` is event → ms."""

    model_config = ConfigDict(extra="ignore", strict=True, defer_build=True)

    content_type: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    filename: Annotated[str, StringConstraints(max_length=4096)] | None = None
    artifact_type: Annotated[Label, StringConstraints(max_length=64)] | None = None
    artifact_id: Id | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    content: str | None = None
    event_time_map: TimeMap | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What was asked for: the file as announced, its bytes if they came along, the id that the sender chose."""

    wanted: Wanted
    content: bytes | None
    artifact_id: str | None


def read(request: Request) -> Sent:
    """Tell the forms apart: a JSON body is JSON's, unless a header gives it a file name; anything else is a file.

    Raises `UnsupportedMedia`, `TooLarge`, `Invalid`, `Malformed`.
    """
    kind = request.headers.get("content-type", "application/json")
    announced = kind.split(";")[0].strip().lower() == "application/json" and _first(request.headers, _FILENAME) is None
    return _json(request) if announced else _file(request, kind)


def _json(request: Request) -> Sent:
    sent = read_json(request.body(MAX_BODY))
    if not isinstance(sent, dict):
        raise Invalid("body: must be a JSON object", field="body")
    try:
        body = ArtifactBody.model_validate(sent)
    except ValidationError as error:
        raise invalid(error) from error
    media = media_type(body.content_type)
    content = _decoded(body.content) if body.content is not None else None
    size = len(content) if body.size_bytes is None and content is not None else body.size_bytes
    if size is None:
        raise Invalid("size_bytes: say how large the file is, or send its content", field="size_bytes")
    said: dict[str, Any] = body.model_dump(include={"filename", "artifact_type", "event_time_map"})
    return Sent(wanted(media, size_bytes=size, digest=body.sha256, **said), content, body.artifact_id)


def _decoded(text: str) -> bytes:
    if len(text) > MAX_INLINE * 4 // 3 + 4:
        raise TooLarge(_TOO_LONG, field="content")
    try:
        content = b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("content: is not base64", field="content") from error
    return _bounded(content)


def _file(request: Request, kind: str) -> Sent:
    media = media_type(kind)
    content = _bounded(request.body(MAX_SIZE))
    headers = request.headers
    filename = _first(headers, _FILENAME)
    try:
        # Only for its checks: a header is held to what the JSON body is held to.
        said = ArtifactBody(
            content_type=kind,
            filename=unquote(filename) if filename else None,
            artifact_type=_first(headers, _TYPE),
            artifact_id=_first(headers, _ID),
        )
    except ValidationError as error:
        raise invalid(error) from error
    announced = wanted(
        media,
        filename=said.filename,
        artifact_type=said.artifact_type,
        size_bytes=len(content),
        digest=_first(headers, _DIGEST),
    )
    return Sent(announced, content, said.artifact_id)


def _bounded(content: bytes) -> bytes:
    if len(content) > MAX_INLINE:
        raise TooLarge(_TOO_LONG, field="content")
    return content


def _first(headers: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((headers[name] for name in names if headers.get(name)), None)
