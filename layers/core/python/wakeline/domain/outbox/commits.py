"""What the event bus is told of requests to link commits, derived from the request's own item."""

from typing import Annotated, Literal

from pydantic import Field

from wakeline.domain.commits import SyncRequest

from .base import BusEvent, event_id


class GitSyncRequested(BusEvent):
    """Commits are to be linked to sessions."""

    type: Literal["git_sync.requested"] = "git_sync.requested"
    request_id: str
    project_id: Annotated[str | None, Field(description="Null: all projects.")]
    session_id: Annotated[str | None, Field(description="Null: the newest sessions.")]
    requested_by: str


EVENTS: tuple[type[BusEvent], ...] = (GitSyncRequested,)


def event_of(request: SyncRequest) -> GitSyncRequested:
    """The event that a request is told by."""
    return GitSyncRequested(
        id=event_id("git_sync.requested", request.workspace_id, request.id),
        occurred_at=request.requested_at,
        workspace_id=request.workspace_id,
        request_id=request.id,
        project_id=request.project_id,
        session_id=request.session_id,
        requested_by=request.requested_by,
    )
