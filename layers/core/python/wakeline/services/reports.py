"""Exports of sessions for people: JSON, a ZIP of CSVs, or a report to read. Sent piece by piece, so of any length."""

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from tempfile import SpooledTemporaryFile
from typing import Any, Literal

from pydantic_core import to_json

from wakeline.domain import times
from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.errors import ExportTooLarge, NotFound
from wakeline.domain.evidence import csv_lines
from wakeline.domain.report import page
from wakeline.domain.rollups.counts import Counts, add
from wakeline.domain.rollups.walk import ERROR, FILE
from wakeline.domain.segments import Damaged
from wakeline.domain.stats import tokens, tools
from wakeline.domain.trace import Trace
from wakeline.domain.trace_filter import TraceFilter, since_and_until
from wakeline.domain.views.messages import Messages
from wakeline.domain.views.room import Room, Unlimited
from wakeline.domain.views.session import session_view
from wakeline.domain.views.subagents import Subagents
from wakeline.domain.views.timeline import Timeline
from wakeline.domain.views.tool_calls import ToolCalls
from wakeline.domain.views.view import View

from .export_ports import Download
from .ledger import read_events
from .listing import TraceQuery, list_traces
from .ports import LedgerStore, TraceIndex
from .session_items import session_of
from .stats import MAX_DAYS, Reader

Format = Literal["json", "csv", "html"]
MOST_SESSIONS = {"json": 10_000, "csv": 10_000, "html": 1_000}
MOST_PAGES = 200
"""Sessions that have a page of their own in a report: a browser has to hold them all."""
MOST_ENTRIES = 1_000
MOST_PROJECTS = 5
"""Projects whose files a report of all of them shows."""
MOST_ITEMS = 20_000
"""Messages, and tool calls, of one session in an export."""
MOST_BYTES = 100_000_000
"""Of one session's messages and tool calls, which an export holds in memory."""
_SPOOL = 32 * 1024 * 1024
_SESSION = (
    "id", "author", "repo", "project", "branch", "started_at", "ended_at", "duration_secs", "status", "summary",
    "model", "message_count", "tool_call_count", "tool_error_count", "subagent_count", "compaction_count",
    "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "total_tokens", "cost", "tags", "notes",
)  # fmt: skip
_MESSAGE = (
    "session_id", "id", "index", "type", "timestamp", "model", "content", "tokens", "input_tokens", "output_tokens",
    "cache_read_tokens", "cache_write_tokens", "truncated",
)  # fmt: skip
_TOOL_CALL = (
    "session_id", "id", "index", "tool_name", "timestamp", "success", "error", "duration_ms", "tool_input",
    "tool_response", "truncated",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sessions: one, or those of a project that began in a time."""

    format: Format
    project: str | None = None
    first: str | None = None
    last: str | None = None
    session_id: str | None = None


def export(
    ledger: LedgerStore, index: TraceIndex, env: Env, caller: Caller, wanted: Wanted, numbers: Callable[[str], Reader]
) -> Download:
    """The sessions as a file. `numbers` gives what a report's charts are drawn from, for a project or all ("").

    Raises `NotFound` for a session that is not there, `ExportTooLarge` for too many sessions, `Invalid` for bad dates.
    """
    now = env.now()
    traces = _traces(ledger, index, caller, wanted, env)
    stem = f"wakeline-{now.date().isoformat()}"
    match wanted.format:
        case "json":
            return Download(f"{stem}.json", "application/json", _json(ledger, traces, env), len(traces))
        case "csv":
            return Download(f"{stem}.zip", "application/zip", _zip(ledger, traces, env), len(traces))
    report = _report(ledger, traces, env, wanted, numbers)
    return Download(f"{stem}.html", "text/html; charset=utf-8", report, len(traces))


def _traces(ledger: LedgerStore, index: TraceIndex, caller: Caller, wanted: Wanted, env: Env) -> list[Trace]:
    if wanted.session_id is not None:
        return [session_of(ledger, caller, wanted.session_id)]
    since, until = since_and_until(None, wanted.first, wanted.last)
    most = MOST_SESSIONS[wanted.format]
    chosen = TraceFilter(project=wanted.project, started_from=since, started_to=until)
    found = list_traces(ledger, index, caller, TraceQuery(chosen, limit=most), env.now())
    if found.next_cursor is not None:
        raise ExportTooLarge(f"more than {most} sessions; narrow it by project, from and to")
    return found.traces


def _read(ledger: LedgerStore, trace: Trace, *views: View) -> bool:
    """Feed a session's events to views, at most `MOST_ITEMS` items each; whether some were left out."""
    cut = False
    try:
        for event in read_events(ledger, trace):
            for view in views:
                if view.begins(event) and len(view) < MOST_ITEMS:
                    view.begin(event)
                else:
                    cut = cut or view.begins(event)
                    view.go_on(event)
    except (Damaged, NotFound):
        # Tampered with, which verify reports, or deleted while this ran: what was read is what there is.
        return True
    return cut


def _json(ledger: LedgerStore, traces: Sequence[Trace], env: Env) -> Iterator[bytes]:
    yield b"["
    before = b"\n"
    for trace in traces:
        room = _room()
        messages, calls, agents = Messages(trace.id, room), ToolCalls(trace.id, room), Subagents(trace.id, room)
        cut = _read(ledger, trace, messages, calls, agents)
        said = {
            "session": session_view(trace, env.now()),
            "messages": messages.items,
            "tool_calls": calls.items,
            "subagents": agents.items,
            "truncated": cut or any(item.get("truncated") for view in (messages, calls, agents) for item in view.items),
        }
        yield before + to_json(said, inf_nan_mode="null")
        before = b",\n"
    yield b"\n]\n"


def _room() -> Room:
    return Room(MOST_BYTES, MOST_BYTES)


class _Pipe:
    """What a ZIP is written to: it is taken away piece by piece, and nobody goes back in it."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Nothing is waiting anywhere."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        held = bytes(self._held)
        self._held.clear()
        return held


def _zip(ledger: LedgerStore, traces: Sequence[Trace], env: Env) -> Iterator[bytes]:
    pipe = _Pipe()
    # Tool calls wait in a file while messages are sent: so each ledger is read once.
    with (
        zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as packed,  # type: ignore[call-overload]
        SpooledTemporaryFile(_SPOOL) as calls,
    ):
        sessions = (session_view(trace, env.now()) for trace in traces)
        packed.writestr(
            "sessions.csv", csv_lines.header(_SESSION) + csv_lines.lines(_row(each, _SESSION) for each in sessions)
        )
        yield pipe.taken()
        with packed.open("messages.csv", "w", force_zip64=True) as out:
            out.write(csv_lines.header(_MESSAGE))
            for trace in traces:
                room = _room()
                said, called = Messages(trace.id, room), ToolCalls(trace.id, room)
                _read(ledger, trace, said, called)
                out.write(csv_lines.lines(_row(each, _MESSAGE) for each in said.items))
                calls.write(csv_lines.lines(_row(each, _TOOL_CALL) for each in called.items))
                if piece := pipe.taken():
                    yield piece
        calls.seek(0)
        with packed.open("tool_calls.csv", "w", force_zip64=True) as out:
            out.write(csv_lines.header(_TOOL_CALL))
            while part := calls.read(1024 * 1024):
                out.write(part)
                if piece := pipe.taken():
                    yield piece
    yield pipe.taken()


def _row(item: Mapping[str, Any], columns: Sequence[str]) -> list[Any]:
    return [_cell(item.get(column)) for column in columns]


def _cell(value: Any) -> Any:
    return to_json(value, inf_nan_mode="null").decode() if isinstance(value, dict | list) else value


def _report(
    ledger: LedgerStore, traces: Sequence[Trace], env: Env, wanted: Wanted, numbers: Callable[[str], Reader]
) -> Iterator[bytes]:
    now = env.now()
    sessions = [session_view(trace, now) for trace in traces]
    title = f"Session: {sessions[0]['summary'] or sessions[0]['id']}" if wanted.session_id else "Agent sessions"
    yield _bytes(page.head(title, _about(wanted, sessions), times.render(now)))
    yield _bytes(page.overview(_overview(wanted, sessions, numbers)))
    detailed = min(len(traces), MOST_PAGES)
    yield _bytes(page.session_list(sessions, detailed))
    for place, (trace, session) in enumerate(zip(traces[:detailed], sessions, strict=False)):
        view = Timeline(trace.id, Unlimited())
        _read(ledger, trace, view)
        entries = view.items
        yield _bytes(page.session_page(place, session, entries[:MOST_ENTRIES], len(entries) > MOST_ENTRIES))
    yield _bytes(page.foot())


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _overview(wanted: Wanted, sessions: Sequence[Mapping[str, Any]], numbers: Callable[[str], Reader]) -> page.Overview:
    reader = numbers(wanted.project or "")
    counts = reader.counts()
    days = _days(wanted, sessions, reader.today)
    by_day = reader.by_day(days)
    projects = tokens.projects(counts, reader.overrides)
    alone = bool(wanted.project or wanted.session_id)
    files: Counts = {}
    # Files are counted by project.
    for each in [reader] if alone else [numbers(found["path"]) for found in projects[:MOST_PROJECTS] if found["path"]]:
        add(files, each.counts(FILE))
    return page.Overview(
        totals=tokens.totals(counts, reader.overrides),
        days=tokens.daily(days, by_day, reader.overrides),
        models=tokens.models(counts, reader.overrides),
        projects=projects,
        tools=tools.tools(counts),
        errors=tools.errors(counts, reader.counts(ERROR), days, by_day),
        files=tools.heatmap(files),
    )


def _days(wanted: Wanted, sessions: Sequence[Mapping[str, Any]], today: date) -> list[str]:
    """From the first to the last day on which a session did something, or as asked; no more than are shown."""
    first = min((each["started_at"][:10] for each in sessions), default=today.isoformat())
    last = max(((each["ended_at"] or each["updated_at"])[:10] for each in sessions), default=today.isoformat())
    if wanted.first and not wanted.session_id:
        first = times.parse(wanted.first, "from").date().isoformat()
    if wanted.last and not wanted.session_id:
        last = times.parse(wanted.last, "to").date().isoformat()
    end = date.fromisoformat(max(first, last)).toordinal()
    begin = max(date.fromisoformat(first).toordinal(), end - MAX_DAYS + 1)
    return [date.fromordinal(day).isoformat() for day in range(begin, end + 1)]


def _about(wanted: Wanted, sessions: Sequence[Mapping[str, Any]]) -> str:
    if wanted.session_id:
        return str(sessions[0]["project"] or "one session")
    time = (
        f"from {wanted.first or 'the beginning'} to {wanted.last or 'today'}"
        if wanted.first or wanted.last
        else "all days"
    )
    return f"{wanted.project or 'all projects'}, {time}"
