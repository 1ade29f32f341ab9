"""Linking commits to the sessions that they were made in. What is linked stays: doing it again changes nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from wakeline.domain import times
from wakeline.domain.caller import Caller
from wakeline.domain.commits import Commit, SyncRequest, belongs, window_of
from wakeline.domain.env import Env
from wakeline.domain.segments import Damaged
from wakeline.domain.trace import Trace

from .commit_ports import CommitSource, CommitStore
from .ledger import read_events
from .ports import LedgerStore, TraceIndex
from .session_items import session_of

LOOK_BACK = timedelta(days=30)
MOST_SESSIONS = 500
"""Sessions, newest first, that one request without a session looks at."""


def request(store: CommitStore, ledger: LedgerStore, env: Env, caller: Caller, session_id: str | None) -> SyncRequest:
    """Ask for commits to be linked. Raises `NotFound` for a session that is not the caller's."""
    if session_id is not None:
        session_of(ledger, caller, session_id)
    asked = SyncRequest(
        id=env.new_id("syn"),
        workspace_id=caller.workspace_id,
        project_id=caller.project_id,
        session_id=session_id,
        requested_by=caller.principal,
        requested_at=times.render(env.now()),
    )
    store.request(asked)
    return asked


def of_session(store: CommitStore, ledger: LedgerStore, caller: Caller, session_id: str) -> list[Commit]:
    """The commits of a session: those that were linked, and those that its own events tell of. Raises `NotFound`."""
    trace = session_of(ledger, caller, session_id)
    linked = store.of_trace(trace.workspace_id, trace.id)
    known = {commit.sha for commit in linked}
    told = [commit for commit in _told(ledger, trace) if commit.sha not in known]
    return sorted([*linked, *told], key=lambda commit: (times.sortable(commit.committed_at), commit.sha))


def sync(
    store: CommitStore,
    ledger: LedgerStore,
    index: TraceIndex,
    sources: Sequence[CommitSource],
    asked: SyncRequest,
    now: datetime,
) -> int:
    """Link what can be found of the sessions asked for; how many commits are new. Raises `SourceBusy`: try again."""
    linked = 0
    for (source, place, branch), traces in _by_place(_sessions(ledger, index, asked, now), sources).items():
        windows = [window_of(trace, now) for trace in traces]
        found = list(source.commits(place, branch, min(begin for begin, _ in windows), max(end for _, end in windows)))
        for trace in traces:
            touched = _touched(ledger, trace) if found else []
            mine = [commit for commit in found if belongs(commit, trace, touched, now)]
            if mine:
                linked += store.link(trace.workspace_id, trace.id, mine)
    return linked


def _sessions(ledger: LedgerStore, index: TraceIndex, asked: SyncRequest, now: datetime) -> list[Trace]:
    if asked.session_id is not None:
        trace = ledger.head(asked.workspace_id, asked.session_id)
        return [trace] if trace is not None and trace.deleted is None else []
    since = times.render(now - LOOK_BACK)
    entries, _ = index.entries(asked.workspace_id, asked.project_id, started_from=since, limit=MOST_SESSIONS)
    heads = ledger.heads(asked.workspace_id, [entry.trace_id for entry in entries])
    return [trace for trace in heads.values() if trace.deleted is None]


_Place = tuple[CommitSource, str, str | None]


def _by_place(traces: Sequence[Trace], sources: Sequence[CommitSource]) -> dict[_Place, list[Trace]]:
    """Sessions of one repository and branch are asked for together."""
    places: dict[_Place, list[Trace]] = {}
    for trace in traces:
        for source in sources:
            place = source.place_of(trace)
            if place is not None:
                places.setdefault((source, place, trace.branch), []).append(trace)
                break
    return places


def _touched(ledger: LedgerStore, trace: Trace) -> list[str]:
    """The files that a session changed."""
    if not trace.counters.get("type.file_change"):
        return []
    try:
        paths = {
            path
            for event in read_events(ledger, trace)
            if event.type == "file_change" and isinstance(path := event.body.get("path"), str)
        }
    except Damaged:
        return []
    return sorted(paths)


def _told(ledger: LedgerStore, trace: Trace) -> list[Commit]:
    """Commits that the session's own events name."""
    if not trace.counters.get("type.commit"):
        return []
    found: dict[str, Commit] = {}
    for event in read_events(ledger, trace):
        said = event.body
        if event.type == "commit" and isinstance(said.get("sha"), str):
            files = said.get("files")
            found[said["sha"]] = Commit(
                sha=said["sha"][:64],
                message=str(said.get("message") or ""),
                author=str(said.get("author") or trace.author or ""),
                committed_at=event.timestamp,
                files=tuple(str(file) for file in files) if isinstance(files, list) else (),
                insertions=_count(said.get("insertions", said.get("additions"))),
                deletions=_count(said.get("deletions")),
                url=str(said.get("url") or ""),
            )
    return list(found.values())


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
