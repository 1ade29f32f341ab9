"""What the event bus is told of nightly exports."""

from typing import Annotated, Any, Literal

from pydantic import Field

from wakeline.domain import times
from wakeline.domain.evidence.nightly import DayExport, bounds

from .base import BusEvent, event_id


class ExportCompleted(BusEvent):
    """A workspace's day was written to S3."""

    type: Literal["export.completed"] = "export.completed"
    date: Annotated[str, Field(description="The day, UTC, by the server's clock.")]
    events: int
    traces: int
    manifest_key: Annotated[str, Field(description="Of the manifest in the stack's bucket (output `BucketName`).")]
    files: Annotated[list[dict[str, Any]], Field(description="Name, key, format, rows, bytes and SHA-256 of each.")]


EVENTS: tuple[type[BusEvent], ...] = (ExportCompleted,)


def events_of(export: DayExport) -> list[BusEvent]:
    """The event of a day that was written."""
    _, over = bounds(export.date)
    said = export.to_json()
    return [
        ExportCompleted(
            id=event_id("export.completed", export.workspace_id, export.date),
            occurred_at=times.render(times.parse(over)),
            workspace_id=export.workspace_id,
            date=export.date,
            events=export.events,
            traces=export.traces,
            manifest_key=export.manifest_key,
            files=said["files"],
        )
    ]
