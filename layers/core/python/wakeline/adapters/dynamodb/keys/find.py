"""Keys of what is found again: memories, skills, the search index, billing."""


def memories_pk(workspace_id: str) -> str:
    """`MEM#ws_1`: the memories of a workspace; their ids are the sort keys."""
    return f"MEM#{workspace_id}"


def skills_pk(workspace_id: str) -> str:
    """`SKILL#ws_1`: the skills of a workspace, each in its latest version; their ids are the sort keys."""
    return f"SKILL#{workspace_id}"


def skill_versions_pk(workspace_id: str, skill_id: str) -> str:
    """`SKILLV#ws_1#skl_9`: every version of a skill."""
    return f"SKILLV#{workspace_id}#{skill_id}"


def skill_version_sk(version: int) -> str:
    """`000003`."""
    return f"{version:06d}"
