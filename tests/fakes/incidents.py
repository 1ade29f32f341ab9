"""Analyses and incidents in memory: `AnalysisStore` and `IncidentStore` with the conditions of the real ones, each call
atomic.
"""

import threading
from collections.abc import Sequence
from typing import Any

from wakeline.domain import times
from wakeline.domain.analyses import StoredAnalysis
from wakeline.domain.incidents.incident import Incident, Occurrence
from wakeline.domain.incidents.index import IncidentEntry


class MemoryAnalyses:
    """Analyses by (workspace, trace)."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.stored: dict[tuple[str, str], StoredAnalysis] = {}

    def get(self, workspace_id: str, trace_id: str) -> StoredAnalysis | None:
        with self.lock:
            return self.stored.get((workspace_id, trace_id))

    def put(self, analysis: StoredAnalysis, *, insist: bool = False) -> bool:
        with self.lock:
            place = analysis.workspace_id, analysis.trace_id
            stands = self.stored.get(place)
            same = stands is not None and stands.event_count == analysis.event_count
            if not (analysis.replaces(stands) or (insist and same)):
                return False
            self.stored[place] = analysis
            return True

    def delete(self, workspace_id: str, trace_id: str) -> bool:
        with self.lock:
            return self.stored.pop((workspace_id, trace_id), None) is not None

    def labels(self, workspace_id: str, trace_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        found = ((trace_id, self.get(workspace_id, trace_id)) for trace_id in trace_ids)
        return {trace_id: analysis.labels for trace_id, analysis in found if analysis is not None}


class MemoryIncidents:
    """Incidents by (workspace, id), runs by (workspace, incident, trace)."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.stored: dict[tuple[str, str], Incident] = {}
        self.runs: dict[tuple[str, str, str], Occurrence] = {}
        self.fixes: dict[tuple[str, str], dict[str, Any]] = {}

    def get(self, workspace_id: str, incident_id: str) -> Incident | None:
        with self.lock:
            return self.stored.get((workspace_id, incident_id))

    def many(self, workspace_id: str, incident_ids: Sequence[str]) -> dict[str, Incident]:
        found = ((incident_id, self.get(workspace_id, incident_id)) for incident_id in incident_ids)
        return {incident_id: incident for incident_id, incident in found if incident is not None}

    def write(
        self,
        before: Incident | None,
        after: Incident | None,
        *,
        joins: Occurrence | None = None,
        leaves: str | None = None,
    ) -> bool:
        with self.lock:
            incident = after or before
            if incident is None:
                return True
            place = incident.workspace_id, incident.id
            stands = self.stored.get(place)
            if (stands.version if stands else None) != (before.version if before else None):
                return False
            if after is None:
                self.stored.pop(place, None)
                self.fixes.pop(place, None)
            else:
                self.stored[place] = after
            if joins is not None:
                self.runs[(*place, joins.trace_id)] = joins
            if leaves is not None:
                self.runs.pop((*place, leaves), None)
            return True

    def occurrence(self, workspace_id: str, incident_id: str, trace_id: str) -> Occurrence | None:
        with self.lock:
            return self.runs.get((workspace_id, incident_id, trace_id))

    def occurrences(
        self, workspace_id: str, incident_id: str, after: str | None = None, limit: int = 100
    ) -> list[Occurrence]:
        with self.lock:
            mine = sorted(
                trace_id
                for workspace, incident, trace_id in self.runs
                if (workspace, incident) == (workspace_id, incident_id)
            )
            return [self.runs[workspace_id, incident_id, each] for each in mine if each > (after or "")][:limit]

    def of_trace(self, workspace_id: str, trace_id: str) -> list[str]:
        with self.lock:
            return sorted(
                incident for workspace, incident, trace in self.runs if (workspace, trace) == (workspace_id, trace_id)
            )

    def entries(
        self, workspace_id: str, project_id: str | None, *, after: str | None = None, limit: int = 1000
    ) -> tuple[list[IncidentEntry], str | None]:
        with self.lock:
            placed = sorted(
                (_entry(each) for (workspace, _), each in self.stored.items() if workspace == workspace_id),
                key=lambda entry: entry.place,
                reverse=True,
            )
        wanted = [
            entry
            for entry in placed
            if project_id in (None, entry.project_id) and (after is None or entry.place < after)
        ]
        return wanted[:limit], wanted[limit - 1].place if len(wanted) > limit else None

    def put_fix(self, workspace_id: str, incident_id: str, fix: dict[str, Any]) -> None:
        with self.lock:
            self.fixes[workspace_id, incident_id] = fix

    def fix(self, workspace_id: str, incident_id: str) -> dict[str, Any] | None:
        with self.lock:
            return self.fixes.get((workspace_id, incident_id))


def _entry(incident: Incident) -> IncidentEntry:
    return IncidentEntry(
        incident_id=incident.id,
        project_id=incident.project_id,
        place=f"{times.sortable(incident.last_seen)}#{incident.id}",
        status=incident.status,
        severity=incident.severity,
        title=incident.title,
        agent=incident.agent,
        labels=incident.labels,
        owner_id=incident.owner_id,
    )
