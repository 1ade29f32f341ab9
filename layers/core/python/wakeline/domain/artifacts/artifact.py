"""An artifact: what is known of a file of a trace."""

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, NotRequired, TypedDict

from ..canonical import canonical
from ..errors import Invalid, TooLarge
from .file_names import safe_filename, stored_name
from .media_types import MediaType

MAX_SIZE = 50 * 1024 * 1024
MAX_INLINE = 4 * 1024 * 1024
"""What a Lambda takes with a request: 6 MB of event, in which a body is base64."""
MAX_TIME_MAP = 32 * 1024

FOLDER = "artifacts/"

Status = Literal["pending", "stored", "rejected"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file as its sender announces it, checked. `size_bytes` and `sha256` (hex) are what the bytes must be."""

    media: MediaType
    filename: str
    artifact_type: str
    size_bytes: int
    sha256: str | None = None
    event_time_map: dict[str, int] | None = None

    def digest(self, trace_id: str) -> str:
        """Tells the same request from another under the same id."""
        said = [trace_id, self.media.name, self.filename, self.artifact_type, self.size_bytes, self.sha256]
        return sha256(canonical([*said, self.event_time_map], "event_time_map")).hexdigest()


def wanted(
    media: MediaType,
    *,
    filename: str | None = None,
    artifact_type: str | None = None,
    size_bytes: int,
    digest: str | None = None,
    event_time_map: dict[str, int] | None = None,
) -> Wanted:
    """Check what is announced. `digest` is a SHA-256 in hex or base64. Raises `Invalid` and `TooLarge`."""
    if size_bytes < 1:
        raise Invalid("size_bytes: an artifact has at least one byte", field="size_bytes")
    if size_bytes > MAX_SIZE:
        raise TooLarge(f"an artifact is at most {MAX_SIZE // 1024**2} MiB", field="size_bytes")
    if event_time_map and len(canonical(event_time_map, "event_time_map")) > MAX_TIME_MAP:
        raise Invalid(f"event_time_map is over {MAX_TIME_MAP} bytes", field="event_time_map")
    return Wanted(
        media,
        safe_filename(filename or "", media),
        artifact_type or media.kind,
        size_bytes,
        _hex_digest(digest) if digest else None,
        event_time_map or None,
    )


def _hex_digest(given: str) -> str:
    try:
        raw = bytes.fromhex(given) if len(given) == 64 else b64decode(given, validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    if len(raw) != 32:
        raise Invalid("sha256: must be a SHA-256 digest in hex or base64", field="sha256")
    return raw.hex()


class ArtifactView(TypedDict):
    """An artifact. `reason` says why one was rejected."""

    artifact_id: str
    trace_id: str
    project_id: str
    storage_path: str
    filename: str
    content_type: str
    artifact_type: str
    size_bytes: int
    sha256: str | None
    status: str
    created_at: str
    event_time_map: NotRequired[dict[str, int]]
    reason: NotRequired[str]


@dataclass(frozen=True, slots=True)
class Artifact:
    """What the table says of an artifact.

    `pending`: announced, its bytes have not come or were not looked at yet. `stored`: they are there and are what was
    announced. `rejected`: they came, were something else, and were deleted; `reason` says what was wrong.
    """

    workspace_id: str
    project_id: str
    trace_id: str
    id: str
    filename: str
    content_type: str
    artifact_type: str
    size_bytes: int
    sha256: str | None
    status: Status
    created_at: str
    created_by: str
    request_digest: str
    event_time_map: dict[str, int] | None = None
    reason: str | None = None

    @property
    def storage_path(self) -> str:
        """`artifacts/<workspace>/<trace>/<artifact>/<filename>`: its key in the private bucket."""
        return f"{FOLDER}{self.workspace_id}/{self.trace_id}/{self.id}/{stored_name(self.filename)}"

    @property
    def checksum(self) -> str | None:
        """The SHA-256 as S3 spells it: base64."""
        return b64encode(bytes.fromhex(self.sha256)).decode() if self.sha256 else None

    def to_json(self) -> ArtifactView:
        """As the API shows it: no URL."""
        shown: ArtifactView = {
            "artifact_id": self.id,
            "trace_id": self.trace_id,
            "project_id": self.project_id,
            "storage_path": self.storage_path,
            "filename": self.filename,
            "content_type": self.content_type,
            "artifact_type": self.artifact_type,
            "size_bytes": self.size_bytes,
            "sha256": self.sha256,
            "status": self.status,
            "created_at": self.created_at,
        }
        if self.event_time_map:
            shown["event_time_map"] = self.event_time_map
        if self.reason:
            shown["reason"] = self.reason
        return shown


@dataclass(frozen=True, slots=True)
class Upload:
    """How to send a file straight to S3: the very headers are part of the signature."""

    url: str
    headers: dict[str, str]
    expires_in: int
    method: str = "PUT"


def place_of(path: str) -> tuple[str, str] | None:
    """(workspace, artifact id) of a storage path; None for what is none."""
    parts = path.split("/")
    return (parts[1], parts[3]) if len(parts) == 5 and f"{parts[0]}/" == FOLDER else None
