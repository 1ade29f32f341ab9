"""One version of a workspace's policy, as it was put."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """`digest` is the SHA-256 of the text, in hex."""

    workspace_id: str
    version: int
    digest: str
    text: str
    created_at: str
    created_by: str
