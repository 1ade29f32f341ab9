"""The incident index: what lists filter by."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class IncidentEntry:
    """What the index knows of an incident: enough to filter by. `place` is where a list goes on behind it."""

    incident_id: str
    project_id: str
    place: str
    status: str
    severity: str
    title: str
    agent: str
    labels: tuple[str, ...]
    owner_id: str | None = None


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Conditions that all must hold; None asks for nothing. `q` looks for a substring, whatever its case."""

    status: str | None = None
    severity: str | None = None
    owner: str | None = None
    label: str | None = None
    q: str | None = None

    def to_json(self) -> dict[str, Any]:
        """What is asked for, without the rest."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def admits(self, entry: IncidentEntry) -> bool:
        """Whether an entry passes."""
        return (
            self.status in (None, entry.status)
            and self.severity in (None, entry.severity)
            and self.owner in (None, entry.owner_id)
            and (self.label is None or self.label in entry.labels)
            and (self.q is None or self._mentions(entry))
        )

    def _mentions(self, entry: IncidentEntry) -> bool:
        wanted = (self.q or "").casefold()
        shown = (entry.incident_id, entry.title, entry.agent, entry.owner_id or "", *entry.labels)
        return any(wanted in text.casefold() or wanted in text.replace("_", " ").casefold() for text in shown)
