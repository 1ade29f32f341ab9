"""What regression runs need of the outside."""

from typing import Protocol

from wakeline.domain.replay.regression import RegressionRun


class RegressionStore(Protocol):
    """Regression runs, by incident."""

    def put(self, run: RegressionRun, read_version: int | None = None) -> bool:
        """Store a new run, or replace one that still has the version that was read."""

    def get(self, workspace_id: str, incident_id: str, run_id: str) -> RegressionRun | None:
        """One run."""

    def page(
        self, workspace_id: str, incident_id: str, before: str | None, limit: int
    ) -> tuple[list[RegressionRun], str | None]:
        """Runs of an incident, newest first, older than the run `before`; and the id to go on from."""
