"""A workspace's day in files: what a nightly export is."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self

from wakeline.domain import times

FORMAT = "wakeline-day/1"
FILES = {"ndjson": "events.ndjson.gz", "csv": "events.csv.gz"}


@dataclass(frozen=True, slots=True)
class File:
    """One file of a day. `sha256` (hex) and `bytes` are of the file as it is stored, compressed."""

    name: str
    key: str
    format: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DayExport:
    """The events that a workspace's traces took in on a day (UTC, the server's clock)."""

    workspace_id: str
    date: str
    events: int
    traces: int
    files: tuple[File, ...]
    manifest_key: str
    format: str = FORMAT

    def to_json(self) -> dict[str, Any]:
        """The manifest."""
        return asdict(self) | {"files": [asdict(file) for file in self.files]}

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Self:
        """Read `to_json` back."""
        return cls(**{**said, "files": tuple(File(**each) for each in said["files"])})


def folder(workspace_id: str, day: str) -> str:
    """`exports/workspace=ws_1/date=2026-03-21/`: partitions as Athena and Spark read them."""
    return f"exports/workspace={workspace_id}/date={day}/"


def day_before(moment: datetime) -> str:
    """The last day that was over at a moment."""
    return (moment.astimezone(UTC).date() - timedelta(days=1)).isoformat()


def day_after(day: str) -> str:
    """`2026-03-21` → `2026-03-22`."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def bounds(day: str) -> tuple[str, str]:
    """When a day begins and when the next one does, as text that sorts with padded times."""
    start = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return times.sortable(times.render(start)), times.sortable(times.render(start + timedelta(days=1)))


def hours_from(day: str, now: datetime) -> list[str]:
    """Every hour from the beginning of a day to now."""
    moment, hours = datetime.fromisoformat(day).replace(tzinfo=UTC), []
    while moment <= now:
        hours.append(moment.strftime("%Y-%m-%dT%H"))
        moment += timedelta(hours=1)
    return hours
