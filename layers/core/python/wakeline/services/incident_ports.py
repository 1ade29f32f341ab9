"""What analysis and incidents need of the outside."""

from collections.abc import Sequence
from typing import Any, Protocol

from wakeline.domain.analyses import StoredAnalysis
from wakeline.domain.incidents.incident import Incident, Occurrence
from wakeline.domain.incidents.index import IncidentEntry


class AnalysisStore(Protocol):
    """Analyses by trace. Reads are strongly consistent, but for `labels`."""

    def get(self, workspace_id: str, trace_id: str) -> StoredAnalysis | None:
        """The analysis of a trace."""

    def put(self, analysis: StoredAnalysis, *, insist: bool = False) -> bool:
        """Store an analysis. False when the stored one is not to be replaced (`StoredAnalysis.replaces`).

        With `insist`, one of as many events is replaced whoever wrote it.
        """

    def delete(self, workspace_id: str, trace_id: str) -> bool:
        """Forget an analysis; whether there was one."""

    def labels(self, workspace_id: str, trace_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The labels of many traces, for lists: eventually consistent. Traces without an analysis are left out."""


class IncidentStore(Protocol):
    """Incidents and the runs in them. Reads are strongly consistent, but for `entries`."""

    def get(self, workspace_id: str, incident_id: str) -> Incident | None:
        """One incident."""

    def many(self, workspace_id: str, incident_ids: Sequence[str]) -> dict[str, Incident]:
        """Many incidents, by id; missing ones are left out."""

    def write(
        self,
        before: Incident | None,
        after: Incident | None,
        *,
        joins: Occurrence | None = None,
        leaves: str | None = None,
    ) -> bool:
        """Put `after` in the place of `before` with the run that joins it or leaves it, all or nothing.

        None is an incident that is not there. False when what stands there is not `before` any more.
        """

    def occurrence(self, workspace_id: str, incident_id: str, trace_id: str) -> Occurrence | None:
        """What an incident knows of one run."""

    def occurrences(
        self, workspace_id: str, incident_id: str, after: str | None = None, limit: int = 100
    ) -> list[Occurrence]:
        """Runs of an incident by trace id, from behind the trace `after` on."""

    def of_trace(self, workspace_id: str, trace_id: str) -> list[str]:
        """The ids of the incidents that a run is in."""

    def entries(
        self, workspace_id: str, project_id: str | None, *, after: str | None = None, limit: int = 1000
    ) -> tuple[list[IncidentEntry], str | None]:
        """One page of the index after the position `after`, last seen first, and the position behind it or None."""

    def put_fix(self, workspace_id: str, incident_id: str, fix: dict[str, Any]) -> None:
        """Keep the latest answer of the fix agent."""

    def fix(self, workspace_id: str, incident_id: str) -> dict[str, Any] | None:
        """The latest answer of the fix agent."""
