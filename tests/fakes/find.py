"""Memories, skills and the search index in memory, with the conditions of the real stores, each call atomic."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from tests.fakes.env import START
from wakeline.domain.memory import Memory
from wakeline.domain.search.parts import Manifest
from wakeline.domain.search.state import IndexState, Mark
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


class MemoryIndex:
    """Manifests and marks, with the conditions of the real store."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.generations: dict[str, int] = {}
        self.manifests: dict[tuple[str, int, str], Manifest] = {}
        self.marked: dict[tuple[str, str], Mark] = {}

    def state(self, workspace_id: str) -> IndexState:
        with self.lock:
            now = self.generations.get(workspace_id, 0)
            mine = [(of, each) for (owner, of, _), each in self.manifests.items() if owner == workspace_id]
            months = {manifest.month: manifest for of, manifest in mine if of == now}
            return IndexState(now, months, tuple(part for of, each in mine if of != now for part in each.parts))

    def marks(self, workspace_id: str, trace_ids: Sequence[str]) -> dict[str, Mark]:
        with self.lock:
            return {each: self.marked[workspace_id, each] for each in trace_ids if (workspace_id, each) in self.marked}

    def commit(
        self,
        workspace_id: str,
        generation: int,
        manifests: Sequence[Manifest],
        moved: Mapping[str, tuple[Mark | None, Mark]],
    ) -> bool:
        with self.lock:
            if self.generations.get(workspace_id, 0) != generation:
                return False
            for manifest in manifests:
                held = self.manifests.get((workspace_id, generation, manifest.month))
                if (held.version if held else 0) != manifest.version - 1:
                    return False
            if any(self.marked.get((workspace_id, trace_id)) != before for trace_id, (before, _) in moved.items()):
                return False
            for manifest in manifests:
                self.manifests[workspace_id, generation, manifest.month] = manifest
            for trace_id, (_, after) in moved.items():
                self.marked[workspace_id, trace_id] = after
            return True

    def next_generation(self, workspace_id: str, before: int) -> bool:
        with self.lock:
            if self.generations.get(workspace_id, 0) != before:
                return False
            self.generations[workspace_id] = before + 1
            return True

    def drop_outdated(self, workspace_id: str) -> None:
        with self.lock:
            now = self.generations.get(workspace_id, 0)
            for place in [each for each in self.manifests if each[0] == workspace_id and each[1] < now]:
                del self.manifests[place]


class MemoryBlobs:
    """Files by key, each with the time at which it was stored; `now` is a test's to move."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self.times: dict[str, datetime] = {}
        self.now = START

    def put(self, key: str, path: str) -> None:
        self.stored[key], self.times[key] = Path(path).read_bytes(), self.now

    def fetch(self, key: str, path: str) -> bool:
        content = self.stored.get(key)
        if content is not None:
            Path(path).write_bytes(content)
        return content is not None

    def delete(self, key: str) -> None:
        self.stored.pop(key, None)

    def dated(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        return iter([(key, self.times[key]) for key in self.stored if key.startswith(prefix)])
