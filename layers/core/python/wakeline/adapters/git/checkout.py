"""Commits from the checkout that a session ran in: on the local stack, where it is on the same machine."""

import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from wakeline.domain import times
from wakeline.domain.commits import Commit, github_name
from wakeline.domain.trace import Trace

MOST = 1_000
_TIMEOUT_S = 20
_MESSAGE = 10_000
_FILES = 1_000
"""Paths of one commit that are kept, as of GitHub's: an item holds 400 KB."""
_START, _FIELD, _END = "\x1e", "\x1f", "\x1d"
_FORMAT = _START + _FIELD.join(("%H", "%an", "%ae", "%cI", "%B")) + _END

# What a repository says of itself must not make git run anything: no hooks, no monitors, no pagers, no filters.
_SETTINGS = ("core.fsmonitor=false", "core.hooksPath=/dev/null", "log.showSignature=false", "core.quotePath=false")
_GIT = ("git", "--no-pager", *(word for setting in _SETTINGS for word in ("-c", setting)))


class Checkout:
    """The `CommitSource` port."""

    def place_of(self, trace: Trace) -> str | None:
        """The folder, if it is there and in a checkout."""
        folder = Path(trace.cwd or "")
        if not folder.is_absolute() or not folder.is_dir():
            return None
        root = _run(folder, "rev-parse", "--show-toplevel")
        return root.strip() if root else None

    def commits(self, place: str, branch: str | None, since: datetime, until: datetime) -> Iterator[Commit]:
        """One `git log`; of every branch, where the session's is not there."""
        folder = Path(place)
        named = branch if branch and _run(folder, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}") else None
        log = _run(
            folder,
            "log",
            "--no-ext-diff",
            "--no-textconv",
            "--no-merges",
            "--no-renames",
            "--numstat",
            f"--max-count={MOST}",
            f"--since={int(since.timestamp())}",
            f"--until={int(until.timestamp())}",
            f"--format={_FORMAT}",
            *([f"refs/heads/{named}"] if named else ["--all"]),
            "--",
        )
        remote = github_name((_run(folder, "remote", "get-url", "origin") or "").strip())
        for record in (log or "").split(_START)[1:]:
            yield _commit(record, remote)


def _commit(record: str, remote: str | None) -> Commit:
    said, _, numbers = record.partition(_END)
    sha, name, address, moment, message = said.split(_FIELD, 4)
    files: list[str] = []
    added = removed = 0
    for line in numbers.splitlines():
        plus, _, rest = line.partition("\t")
        minus, _, path = rest.partition("\t")
        if path:
            files.append(path)
            added += int(plus) if plus.isdecimal() else 0
            removed += int(minus) if minus.isdecimal() else 0
    return Commit(
        sha=sha,
        message=message.strip()[:_MESSAGE],
        author=name,
        committed_at=times.normalise(moment),
        files=tuple(files[:_FILES]),
        insertions=added,
        deletions=removed,
        url=f"https://github.com/{remote}/commit/{sha}" if remote else "",
        names=tuple(filter(None, (name, address))),
    )


def _run(folder: Path, *arguments: str) -> str | None:
    """What git prints; None when it fails, or is not there."""
    try:
        done = subprocess.run(  # noqa: S603 — no shell; a folder is not an option
            [*_GIT, "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
