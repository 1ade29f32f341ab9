"""Memories and skills in memory, with the conditions of the real stores, each call atomic."""

import threading
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from wakeline.domain.memory import Memory
from wakeline.domain.skills import Skill


class MemoryMemories:
    """Memories by (workspace, id)."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.stored: dict[tuple[str, str], Memory] = {}

    def get(self, workspace_id: str, memory_id: str) -> Memory | None:
        with self.lock:
            return self.stored.get((workspace_id, memory_id))

    def put(self, memory: Memory, forgotten_at: datetime | None) -> bool:
        with self.lock:
            found = self.stored.get((memory.workspace_id, memory.id))
            if (found.version if found else 0) != memory.version - 1:
                return False
            self.stored[memory.workspace_id, memory.id] = memory
            return True

    def delete(self, workspace_id: str, memory_id: str) -> bool:
        with self.lock:
            return self.stored.pop((workspace_id, memory_id), None) is not None

    def of_workspace(self, workspace_id: str, limit: int) -> Iterator[Memory]:
        with self.lock:
            found = sorted((place, memory) for place, memory in self.stored.items() if place[0] == workspace_id)
        return islice((memory for _, memory in found), limit)


class MemorySkills:
    """Skills by (workspace, id, version); the latest is the highest."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.stored: dict[tuple[str, str, int], Skill] = {}

    def get(self, workspace_id: str, skill_id: str) -> Skill | None:
        with self.lock:
            versions = [place for place in self.stored if place[:2] == (workspace_id, skill_id)]
            return self.stored[max(versions)] if versions else None

    def version(self, workspace_id: str, skill_id: str, version: int) -> Skill | None:
        with self.lock:
            return self.stored.get((workspace_id, skill_id, version))

    def put(self, skill: Skill) -> bool:
        with self.lock:
            found = self.get(skill.workspace_id, skill.id)
            if (found.version if found else 0) != skill.version - 1:
                return False
            self.stored[skill.workspace_id, skill.id, skill.version] = skill
            return True

    def delete(self, workspace_id: str, skill_id: str) -> bool:
        with self.lock:
            versions = [place for place in self.stored if place[:2] == (workspace_id, skill_id)]
            for place in versions:
                del self.stored[place]
            return bool(versions)

    def of_workspace(self, workspace_id: str, limit: int) -> Iterator[Skill]:
        with self.lock:
            ids = sorted({place[1] for place in self.stored if place[0] == workspace_id}, reverse=True)
            found = [self.get(workspace_id, each) for each in ids]
        return islice((skill for skill in found if skill is not None), limit)
