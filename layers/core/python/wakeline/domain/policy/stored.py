"""One version of a workspace's policy, as it was put."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """`digest` is the SHA-256 of the text, in hex; `redacts` names the patterns that recording goes by."""

    workspace_id: str
    version: int
    digest: str
    text: str
    created_at: str
    created_by: str
    redacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Latest:
    """What is to be known of the version in force without reading its text."""

    version: int
    digest: str
    redacts: tuple[str, ...] = ()
