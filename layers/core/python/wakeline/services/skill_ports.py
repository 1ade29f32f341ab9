"""What skills need of the outside."""

from collections.abc import Iterator
from typing import Protocol

from wakeline.domain.skills import Skill


class SkillStore(Protocol):
    """Skills of workspaces. Reads are strongly consistent."""

    def get(self, workspace_id: str, skill_id: str) -> Skill | None:
        """A skill in its latest version."""

    def version(self, workspace_id: str, skill_id: str, version: int) -> Skill | None:
        """A skill in one of its versions."""

    def put(self, skill: Skill) -> bool:
        """Store a skill of version 1, or the next version of one. False when that is not the next. All or nothing."""

    def delete(self, workspace_id: str, skill_id: str) -> bool:
        """Delete a skill with all of its versions; the skill goes first. False when nothing of it is there."""

    def of_workspace(self, workspace_id: str, limit: int) -> Iterator[Skill]:
        """Up to `limit` skills of a workspace, latest versions, newest skill first."""
