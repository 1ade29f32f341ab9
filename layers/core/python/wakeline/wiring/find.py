"""Wiring of search, memory, skills and billing."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeline.services.memory_ports import MemoryStore
    from wakeline.services.skill_ports import SkillStore


def memories() -> "MemoryStore":
    """What agents keep."""
    from wakeline.adapters.dynamodb.memories import DynamoMemories

    return DynamoMemories()


def skills() -> "SkillStore":
    """Skills and their versions."""
    from wakeline.adapters.dynamodb.skills import DynamoSkills

    return DynamoSkills()
