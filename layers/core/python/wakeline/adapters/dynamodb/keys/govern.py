"""Keys of what governs: policies, agents, approval requests, counted actions."""

from zlib import crc32

OVERDUE_SHARDS = 8


def policies_pk(workspace_id: str) -> str:
    """`PO#ws_1`: the versions of a workspace's policy, and which is the latest."""
    return f"PO#{workspace_id}"


POLICY = "POLICY"
"""Number and digest of the latest version."""


def policy_version_sk(version: int) -> str:
    """`V#00000003`."""
    return f"V#{version:08d}"


def agents_pk(workspace_id: str) -> str:
    """`AG#ws_1`: the agents of a workspace; their ids are the sort keys."""
    return f"AG#{workspace_id}"


def approval_pk(workspace_id: str, approval_id: str) -> str:
    """`AP#ws_1#apr_9`: one approval request."""
    return f"AP#{workspace_id}#{approval_id}"


APPROVAL = "APPROVAL"


def approvals_index(workspace_id: str) -> str:
    """`AP#ws_1`: the requests of a workspace by time, in index `by_workspace`."""
    return f"AP#{workspace_id}"


def pending_index(shard: int) -> str:
    """`AX#3`: the pending requests of all workspaces by the time that is theirs, in index `by_project`."""
    return f"AX#{shard}"


def pending_shard(approval_id: str) -> int:
    """The shard of a request."""
    return crc32(approval_id.encode()) % OVERDUE_SHARDS


def window_pk(workspace_id: str, agent_id: str) -> str:
    """`RW#ws_1#agt_9`: what an agent did in the running hour; rules by the SHA-256 of their names."""
    return f"RW#{workspace_id}#{agent_id}"
