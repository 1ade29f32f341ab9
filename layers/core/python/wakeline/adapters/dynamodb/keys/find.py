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


def search_index_pk(workspace_id: str) -> str:
    """`SEARCH#ws_1`: a workspace's search index: its generation and a manifest per month."""
    return f"SEARCH#{workspace_id}"


GENERATION = "GENERATION"


def manifest_sk(generation: int, month: str) -> str:
    """`M#000002#2026-11`."""
    return f"M#{generation:06d}#{month}"


def searched_pk(workspace_id: str, trace_id: str) -> str:
    """`SEARCHED#ws_1#trc_9`: up to which event a trace is in the index."""
    return f"SEARCHED#{workspace_id}#{trace_id}"


SEARCHED = "MARK"


def billing_pk(workspace_id: str) -> str:
    """`BILL#ws_1`: a workspace's billing account, and the webhook messages that were taken."""
    return f"BILL#{workspace_id}"


ACCOUNT = "ACCOUNT"


def billing_message_sk(digest: str) -> str:
    """`MESSAGE#<sha256 hex of the webhook's id>`."""
    return f"MESSAGE#{digest}"
