"""Requests and answers of the tape endpoints."""

from typing import Annotated, TypedDict

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from wakeline import wiring
from wakeline.domain.ids import Id, Label
from wakeline.domain.tape import MAX_DAYS, Tape
from wakeline.http.endpoint import Request


class TapeBody(BaseModel):
    """Which trace to publish, under what title and for how long."""

    model_config = ConfigDict(extra="ignore", strict=True, defer_build=True)

    trace_id: Id
    title: Annotated[Label, StringConstraints(max_length=300)] | None = None
    expires_in_days: Annotated[int, Field(ge=1, le=MAX_DAYS)] | None = None


class TapeJson(TypedDict):
    """A tape without its content. `url` is where anybody reads it; `redactions` how many places were taken out."""

    slug: str
    url: str
    trace_id: str
    title: str
    created_at: str
    expires_at: str | None
    expired: bool
    event_count: int
    head_hash: str
    redactions: int


def tape_json(tape: Tape, request: Request) -> TapeJson:
    """A tape as the API shows it to its owners."""
    return {
        "slug": tape.slug,
        "url": f"{_base(request)}/api/v1/tapes/{tape.slug}",
        "trace_id": tape.trace_id,
        "title": tape.title,
        "created_at": tape.created_at,
        "expires_at": tape.expires_at,
        "expired": tape.is_expired(wiring.env().now()),
        "event_count": tape.event_count,
        "head_hash": tape.head_hash,
        "redactions": tape.redactions,
    }


def _base(request: Request) -> str:
    """Where this API is, as the caller reached it; empty, so that the URL is a path, where that is not told."""
    host = request.headers.get("host", "")
    if not host or any(char in host for char in "/\\@?# "):
        return ""
    scheme = "http" if request.headers.get("x-forwarded-proto") == "http" else "https"
    stage = f"/{request.stage}" if request.stage and ".execute-api." in host else ""
    return f"{scheme}://{host}{stage}"
