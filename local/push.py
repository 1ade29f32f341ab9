"""`wakeline push`: send Claude Code transcripts to a server, in parallel and resumably.

What was sent is remembered per server and key, by size and modification time, so a second run sends only what is new
or grew; the server by itself stores each line once, so forgetting is harmless.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.push_client import PushClient, PushFailed
from wakeline.domain.ids import as_label

BATCH_BYTES = 4 * 1024 * 1024
BATCH_SESSIONS = 25
_NOT_ID = re.compile(r"[^A-Za-z0-9._:-]")
_CWD = re.compile(rb'"cwd"\s*:\s*"((?:[^"\\]|\\.)*)"')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `wakeline push`."""
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="files or folders; default ~/.claude/projects"
    )
    parser.add_argument(
        "--url", default=os.environ.get("WAKELINE_URL", "http://127.0.0.1:4318"), help="the server ($WAKELINE_URL)"
    )
    parser.add_argument(
        "--key", default=os.environ.get("WAKELINE_KEY", "wl_local_project"), help="an API key ($WAKELINE_KEY)"
    )
    parser.add_argument("--repo", help="repository name; default: the last part of the session's working directory")
    parser.add_argument("--author", help="default: git's user.name")
    parser.add_argument("--jobs", type=int, default=4, help="requests at once (4)")
    parser.add_argument("--all", action="store_true", help="send files again that were sent before")


@dataclass(frozen=True, slots=True)
class Transcript:
    """A file to send, under its session id."""

    path: Path
    id: str
    size: int
    mtime_ns: int

    @property
    def mark(self) -> str:
        """What tells this state of the file from a later one."""
        return f"{self.size}:{self.mtime_ns}"


@dataclass(slots=True)
class Summary:
    """What came of a run."""

    sent: int = 0
    unchanged: int = 0
    rejected: int = 0
    sent_bytes: int = 0
    problems: list[str] = field(default_factory=list)


def main(args: argparse.Namespace) -> int:
    """Run `wakeline push`. Returns 1 when a session could not be stored."""
    paths = args.paths or [Path.home() / ".claude" / "projects"]
    missing = [path for path in paths if not path.exists()]
    if missing:
        print(f"wakeline push: {missing[0]} does not exist", file=sys.stderr)
        return 2
    found = sorted(
        {transcript.path: transcript for transcript in _find(paths)}.values(), key=lambda each: str(each.path)
    )
    state = _State(args.url, args.key)
    started = time.monotonic()
    summary = Summary()
    try:
        with PushClient(args.url, args.key) as client, ThreadPoolExecutor(max(1, args.jobs)) as pool:
            fresh = found if args.all else _fresh(client, state, found)
            summary.unchanged = len(found) - len(fresh)
            author = args.author or _git_user()
            waiting = {pool.submit(_send, client, batch, args.repo, author): batch for batch in _batches(fresh)}
            with _progress(sum(each.size for each in fresh)) as advance:
                for done in as_completed(waiting):
                    batch = waiting[done]
                    _note(summary, state, batch, done.result())
                    advance(sum(each.size for each in batch))
    except KeyboardInterrupt:
        print("\ninterrupted; run the same command again to go on", file=sys.stderr)
        return 130
    finally:
        state.save()
    _report(summary, time.monotonic() - started)
    return 1 if summary.rejected else 0


def _find(paths: Iterable[Path]) -> Iterator[Transcript]:
    for path in paths:
        for file in [path] if path.is_file() else sorted(path.rglob("*.jsonl")):
            status = file.stat()
            name = file.name.removesuffix(".jsonl").removesuffix(".stream")
            yield Transcript(
                file.resolve(), _NOT_ID.sub("-", name)[:128] or "session", status.st_size, status.st_mtime_ns
            )


def _fresh(client: PushClient, state: "_State", found: list[Transcript]) -> list[Transcript]:
    """What the server does not have. A local stack forgets when it ends: if none of a few that it should have is there,
    all are sent.
    """
    fresh = [each for each in found if state.mark_of(each) != each.mark]
    sent = sorted((each for each in found if state.mark_of(each) == each.mark), key=lambda each: each.mtime_ns)
    forgotten = bool(sent) and all(client.lacks(each.id) for each in sent[-3:])
    return found if forgotten else fresh


def _batches(transcripts: list[Transcript]) -> Iterator[list[Transcript]]:
    """Many small sessions share a request, since requests are what is rate-limited; one id stands in a request once."""
    batch: list[Transcript] = []
    for transcript in transcripts:
        full = len(batch) == BATCH_SESSIONS or sum(each.size for each in batch) + transcript.size > BATCH_BYTES
        if batch and (full or any(each.id == transcript.id for each in batch)):
            yield batch
            batch = []
        batch.append(transcript)
    if batch:
        yield batch


def _send(client: PushClient, batch: list[Transcript], repo: str | None, author: str | None) -> dict[str, Any]:
    """Push one batch, split by repository; returns the answers' numbers and errors added up."""
    total: dict[str, Any] = {"rejected": [], "errors": []}
    by_repo: dict[str | None, list[dict[str, str]]] = {}
    for transcript in batch:
        raw = transcript.path.read_bytes()
        session = {"id": transcript.id, "data": raw.decode("utf-8", "replace")}
        by_repo.setdefault(repo or _repo_of(raw), []).append(session)
    for name, sessions in by_repo.items():
        try:
            answer = client.push(sessions, name, author)
        except PushFailed as failure:
            total["errors"] += [{"id": session["id"], "reason": str(failure)} for session in sessions]
            total["rejected"] += [session["id"] for session in sessions]
            continue
        errors = answer.get("errors", [])
        total["errors"] += errors
        total["rejected"] += [
            error["id"] for error in errors if "line" not in error and not error["reason"].startswith("and ")
        ]
    return total


def _repo_of(raw: bytes) -> str | None:
    """The last part of the first working directory that the transcript names, as far as a name can hold it."""
    match = _CWD.search(raw)
    try:
        cwd = json.loads(b'"' + match[1] + b'"') if match else ""
    except ValueError:
        return None
    return as_label(re.split(r"[/\\]", cwd.rstrip("/\\"))[-1])


def _note(summary: Summary, state: "_State", batch: list[Transcript], answer: dict[str, Any]) -> None:
    for transcript in batch:
        if transcript.id in answer["rejected"]:
            summary.rejected += 1
            continue
        state.remember(transcript)
        summary.sent += 1
        summary.sent_bytes += transcript.size
    summary.problems += [f"{error['id']}: {error['reason']}" for error in answer["errors"]]


def _report(summary: Summary, seconds: float) -> None:
    for problem in summary.problems[:50]:
        print(f"  {problem}")
    if len(summary.problems) > 50:
        print(f"  and {len(summary.problems) - 50} more")
    print(
        f"{summary.sent} sessions pushed ({summary.sent_bytes / 1e6:.1f} MB in {seconds:.1f} s), "
        f"{summary.unchanged} unchanged, {summary.rejected} rejected"
    )


def _git_user() -> str | None:
    try:
        named = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, check=False, timeout=5)
    except OSError:
        return None
    return named.stdout.strip() or None


class _State:
    """Which files this machine sent to which server, in the user's state folder."""

    def __init__(self, url: str, key: str) -> None:
        home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
        name = hashlib.sha256(f"{url}\0{key}".encode()).hexdigest()[:16]
        self._file = home / "wakeline" / f"push-{name}.json"
        self._lock = threading.Lock()
        try:
            self._marks: dict[str, str] = json.loads(self._file.read_text())
        except (OSError, ValueError):
            self._marks = {}

    def mark_of(self, transcript: Transcript) -> str | None:
        return self._marks.get(str(transcript.path))

    def remember(self, transcript: Transcript) -> None:
        with self._lock:
            self._marks[str(transcript.path)] = transcript.mark

    def save(self) -> None:
        """Write by renaming, so that an interrupted run leaves the last whole state."""
        with self._lock:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._file.with_suffix(".new")
            fresh.write_text(json.dumps(self._marks))
            fresh.replace(self._file)


class _progress:
    """A progress bar over bytes where a person watches, silence elsewhere."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._bar: Any = None

    def __enter__(self) -> Any:
        if not sys.stderr.isatty():
            return lambda _: None
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("pushing"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(stderr=True))
        self._bar.start()
        task = self._bar.add_task("push", total=self._total)
        return lambda amount: self._bar.advance(task, amount)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
