"""What configuration needs of the outside."""

from typing import Protocol

from wakeline.domain.config import Config


class ConfigStore(Protocol):
    """Settings of workspaces, every version kept."""

    def current(self, workspace_id: str) -> Config:
        """The settings that hold."""

    def version(self, workspace_id: str, version: int) -> Config | None:
        """The settings as they were in a version."""

    def put(self, workspace_id: str, config: Config) -> bool:
        """Store the version that follows the current one; False when it is no longer the one before."""
