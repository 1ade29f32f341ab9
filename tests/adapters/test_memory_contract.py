"""Memories and skills: the fake and DynamoDB keep the same promises."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.env import START
from tests.fakes.find import MemoryMemories, MemorySkills
from wakeline.adapters.dynamodb.memories import DynamoMemories
from wakeline.adapters.dynamodb.skills import DynamoSkills
from wakeline.domain.memory import Memory, memory_id
from wakeline.domain.skills import Skill

NOW = "2026-03-21T10:00:00.000Z"


def memory(key="k", value=1.5, workspace="ws_1", **said):
    place = memory_id(workspace, "project", "proj_1", None, key)
    return Memory(
        workspace_id=workspace, id=place, key=key, value=value, scope="project", category="fact", confidence=0.5,
        project_id="proj_1", session_id=None, metadata={"n": 0.25}, source="api", version=1, created_at=NOW,
        created_by="tests", updated_at=NOW, updated_by="tests", **said,
    )  # fmt: skip


def skill(number=1, workspace="ws_1", **said):
    return Skill(
        workspace_id=workspace, id=f"skl_{number}", name="n", description="d",
        definition={"prompt_template": "{a}", "x": 0.5},
        tags=("t",), scope="project", is_public=False, project_id="proj_1", created_at=NOW, created_by="tests",
        updated_at=NOW, updated_by="tests", **{"version": 1, **said},
    )  # fmt: skip


@pytest.fixture(params=["fake", "dynamodb"])
def memories(request):
    if request.param == "fake":
        return MemoryMemories()
    request.getfixturevalue("engine")
    return DynamoMemories()


@pytest.fixture(params=["fake", "dynamodb"])
def skills(request):
    if request.param == "fake":
        return MemorySkills()
    request.getfixturevalue("engine")
    return DynamoSkills()


def test_a_memory_comes_back_as_it_was(memories):
    first = memory()
    assert memories.get("ws_1", first.id) is None
    assert memories.put(first, START + timedelta(days=1))
    assert memories.get("ws_1", first.id) == first
    second = first.replaced_by(replace(first, value={"a": [1, 2.5, None, "ü"]}))
    assert memories.put(second, None)
    assert memories.get("ws_1", first.id) == second
    assert second.history[0].value == 1.5


def test_only_the_next_version_is_stored(memories):
    first = memory()
    assert not memories.put(replace(first, version=2), None)
    assert memories.put(first, None)
    assert not memories.put(first, None)
    assert not memories.put(replace(first, version=3), None)
    assert memories.get("ws_1", first.id) == first


def test_memories_of_a_workspace(memories):
    stored = [memory(key) for key in "abc"]
    for each in (*stored, memory("a", workspace="ws_2")):
        assert memories.put(each, None)
    ordered = sorted(stored, key=lambda each: each.id)
    assert list(memories.of_workspace("ws_1", 10)) == ordered
    assert list(memories.of_workspace("ws_1", 2)) == ordered[:2]
    assert memories.delete("ws_1", ordered[0].id)
    assert not memories.delete("ws_1", ordered[0].id)
    assert list(memories.of_workspace("ws_1", 10)) == ordered[1:]


def test_a_skill_keeps_its_versions(skills):
    first = skill()
    assert skills.get("ws_1", "skl_1") is None
    assert skills.put(first)
    second = first.changed({"name": "m"}, NOW, "other")
    assert skills.put(second)
    assert not skills.put(second)
    assert not skills.put(replace(second, version=4))
    assert not skills.put(first)
    assert skills.get("ws_1", "skl_1") == second
    assert [skills.version("ws_1", "skl_1", n) for n in (1, 2, 3)] == [first, second, None]


def test_skills_of_a_workspace(skills):
    for each in (skill(1), skill(2), skill(3), skill(4, workspace="ws_2")):
        assert skills.put(each)
    assert [each.id for each in skills.of_workspace("ws_1", 10)] == ["skl_3", "skl_2", "skl_1"]
    assert [each.id for each in skills.of_workspace("ws_1", 1)] == ["skl_3"]
    assert skills.delete("ws_1", "skl_2")
    assert not skills.delete("ws_1", "skl_2")
    assert skills.version("ws_1", "skl_2", 1) is None
    assert [each.id for each in skills.of_workspace("ws_1", 10)] == ["skl_3", "skl_1"]
