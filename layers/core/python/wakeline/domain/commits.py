"""Commits, and which of them were made in a session."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from wakeline.domain import times
from wakeline.domain.trace import Trace

EITHER_SIDE = timedelta(minutes=1)
"""A commit may be made a moment before a session's first event or behind its last one."""

_GITHUB = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^@/]+@)?github\.com(?::\d+)?/|(?:[^@/]+@)?github\.com[:/])?"
    r"([A-Za-z0-9][A-Za-z0-9-]{0,38})/([A-Za-z0-9._-]{1,100}?)(?:\.git)?/?"
)


class CommitView(TypedDict):
    """`insertions` and `deletions` are lines; `url` is empty where none is known."""

    sha: str
    message: str
    author: str
    committed_at: str
    files_changed: int
    insertions: int
    deletions: int
    url: str


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. `names` are what its author is known by, `files` the paths that it changed, from the root on."""

    sha: str
    message: str
    author: str
    committed_at: str
    files: tuple[str, ...]
    insertions: int
    deletions: int
    url: str
    names: tuple[str, ...] = ()

    def to_json(self) -> CommitView:
        """As the API shows it."""
        return {
            "sha": self.sha,
            "message": self.message,
            "author": self.author,
            "committed_at": self.committed_at,
            "files_changed": len(self.files),
            "insertions": self.insertions,
            "deletions": self.deletions,
            "url": self.url,
        }


class SourceBusy(Exception):
    """The source takes no more questions for a while."""


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """That somebody asked for commits to be linked: of one session, or of all lately. Its storing is what is told."""

    id: str
    workspace_id: str
    project_id: str | None
    session_id: str | None
    requested_by: str
    requested_at: str


def github_name(repo: str | None) -> str | None:
    """`owner/name` of a repository on GitHub, however it was spelt; None of any other."""
    match = _GITHUB.fullmatch(repo.strip()) if repo and len(repo) < 300 else None
    if match is None or match.group(2) in (".", ".."):
        return None
    return f"{match.group(1)}/{match.group(2)}"


def window_of(trace: Trace, now: datetime) -> tuple[datetime, datetime]:
    """When commits of a session can have been made."""
    begun = times.parse(trace.started_at)
    end = max([begun, *(times.parse(said) for said in (trace.ended_at, trace.last_at) if said)])
    if trace.status_at(now) == "running":
        end = max(end, now)
    return begun - EITHER_SIDE, end + EITHER_SIDE


def belongs(commit: Commit, trace: Trace, touched: Iterable[str], now: datetime) -> bool:
    """Whether a commit of the session's repository and branch was made in it.

    It was made in the session's time. Files tell most: where both sides name some, one must be the same. Where they
    say nothing, authors must not contradict: a name, address or login of the commit's is the session's author.
    """
    begin, end = window_of(trace, now)
    if not begin <= times.parse(commit.committed_at) <= end:
        return False
    paths = [_parts(path) for path in touched]
    if paths and commit.files:
        return any(_same_file(_parts(file), path) for file in commit.files for path in paths)
    if not trace.author or not commit.names:
        return True
    return trace.author.casefold() in {name.casefold() for name in commit.names}


def _parts(path: str) -> list[str]:
    return [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]


def _same_file(from_root: list[str], path: list[str]) -> bool:
    """A session names files from the file system's root, or from its folder; a commit from the repository's."""
    shorter = min(len(from_root), len(path))
    return shorter > 0 and from_root[-shorter:] == path[-shorter:]
