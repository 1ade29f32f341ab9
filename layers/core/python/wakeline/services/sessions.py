"""Sessions: one with all that it holds, its timeline, and what people note on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote

from wakeline.domain import cursor
from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.errors import Busy, Conflict
from wakeline.domain.trace import Trace
from wakeline.domain.trace_index import place_of
from wakeline.domain.views.file_changes import FileChanges, FileChangeView
from wakeline.domain.views.messages import Messages, MessageView
from wakeline.domain.views.room import Room, weigh
from wakeline.domain.views.session import SessionView, duration_of, session_view
from wakeline.domain.views.subagents import Subagents, SubagentView
from wakeline.domain.views.timeline import Timeline
from wakeline.domain.views.tool_calls import ToolCalls, ToolCallView
from wakeline.domain.views.view import View

from .audit import AuditLog, noting
from .incident_ports import AnalysisStore
from .ledger import ATTEMPTS, KEPT
from .listing import TracePage
from .ports import LedgerStore, TraceIndex
from .session_items import ItemPosition, ItemQuery, list_items, session_of
from .view_pages import Budget, Collector, read_views

MAX_SHOWN = 1_000
"""Items of each kind in a session's detail."""


class Keep:
    """Stands for a field that is to stay as it is."""


KEEP = Keep()


class SessionFacts(SessionView):
    """A session with what its clients noted of it."""

    metadata: dict[str, Any] | None


class SessionDetail(SessionFacts):
    """A session with its content. `more` holds the path on which each list that was cut goes on."""

    session: SessionFacts
    messages: list[MessageView]
    tool_calls: list[ToolCallView]
    subagents: list[SubagentView]
    file_changes: list[FileChangeView]
    truncated: bool
    more: dict[str, str]


def sessions_of(
    page: TracePage, now: datetime, analyses: AnalysisStore, workspace_id: str
) -> tuple[list[SessionView], TracePage]:
    """A page of traces as sessions, with the labels of their analyses.

    A page that would not fit into an answer is cut, and goes on where it was.
    """
    room = Room()
    labels = analyses.labels(workspace_id, [trace.id for trace in page.traces]) if page.traces else {}
    shown: list[SessionView] = []
    for trace in page.traces:
        view = session_view(trace, now, labels.get(trace.id, ()))
        room.add(view)
        if room.left < 0 and shown:
            break
        shown.append(view)
    return shown, page.cut(len(shown)) if shown else page


def detail(
    store: LedgerStore, analyses: AnalysisStore, caller: Caller, session_id: str, now: datetime, limit: int = MAX_SHOWN
) -> SessionDetail:
    """A session with its messages, tool calls, sub-agents and file changes, at most `limit` of each.

    What does not fit is said by `truncated`, and `more` holds the path of each list's continuation. Raises `NotFound`.
    """
    trace = session_of(store, caller, session_id)
    labels = analyses.labels(trace.workspace_id, [trace.id]).get(trace.id, ())
    session: SessionFacts = {**session_view(trace, now, labels), "metadata": trace.metadata}
    room = Room()
    room.left -= 2 * weigh(session)
    views: dict[str, View] = {
        "messages": Messages(trace.id, room),
        "tool_calls": ToolCalls(trace.id, room),
        "subagents": Subagents(trace.id, room),
        "file_changes": FileChanges(room),
    }
    parts = {name: Collector(view, room, limit, expected=view.count(trace.counters)) for name, view in views.items()}
    read_views(store, trace, list(parts.values()), Budget())
    more = {name: _goes_on(name, part, trace, caller) for name, part in parts.items() if _is_cut(part, trace)}
    return {
        **session,
        "session": session,
        "messages": cast(list[MessageView], views["messages"].items),
        "tool_calls": cast(list[ToolCallView], views["tool_calls"].items),
        "subagents": cast(list[SubagentView], views["subagents"].items),
        "file_changes": cast(list[FileChangeView], views["file_changes"].items),
        "truncated": bool(more),
        "more": more,
    }


def _is_cut(part: Collector, trace: Trace) -> bool:
    held = part.view.count(trace.counters) or 0
    # Changes are summed up per path, so their number says nothing of how many were read.
    return (part.cut or part.limit == 0) and held > 0 if isinstance(part.view, FileChanges) else len(part.view) < held


def _goes_on(name: str, part: Collector, trace: Trace, caller: Caller) -> str:
    if isinstance(part.view, FileChanges):
        return f"/api/traces/{quote(trace.id)}/events?type=file_change"
    kind = name.replace("_", "-")
    shown = len(part.view)
    position = ItemPosition(
        place=place_of(trace.started_at, trace.id),
        trace=trace.id,
        index=part.next_index,
        total=part.view.count(trace.counters) or 0,
        exact=True,
        offset=shown,
    )
    binding = cursor.binding_of(kind, caller.workspace_id, caller.project_id, trace.id, {})
    return f"/api/{kind}?session_id={quote(trace.id)}&cursor={cursor.spell(position, binding)}"


@dataclass(frozen=True, slots=True)
class SessionTimeline:
    """A page of a session's timeline, with the whole session's duration and tokens."""

    events: list[dict[str, Any]]
    duration_seconds: float
    total_tokens: int
    total: int
    next_cursor: str | None


def timeline(
    store: LedgerStore, index: TraceIndex, caller: Caller, session_id: str, limit: int, at: str | None
) -> SessionTimeline:
    """The timeline of a session from the cursor `at` on. Raises `NotFound`, or `Invalid` for a broken cursor."""
    trace = session_of(store, caller, session_id)
    query = ItemQuery("timeline", {}, session_id=session_id, limit=limit, cursor=at)
    page = list_items(store, index, caller, query, Timeline)
    return SessionTimeline(page.items, round(duration_of(trace), 3), trace.total_tokens, page.total, page.next_cursor)


def update(
    store: LedgerStore,
    env: Env,
    log: AuditLog,
    caller: Caller,
    session_id: str,
    notes: str | Keep | None = KEEP,
    tags: Sequence[str] | Keep = KEEP,
) -> Trace:
    """Set a session's notes (None clears them) and tags (each once, in their order). Raises `NotFound`, `Busy`, and
    `Conflict` for a trace that Wakeline keeps itself.
    """
    trace = session_of(store, caller, session_id)
    if trace.is_hidden:
        raise Conflict(KEPT)

    def changed(trace: Trace) -> Trace:
        return replace(
            trace,
            notes=trace.notes if isinstance(notes, Keep) else notes or None,
            tags=trace.tags if isinstance(tags, Keep) else list(dict.fromkeys(tags)),
        )

    after = changed(trace)
    if after == trace:
        return trace
    said: dict[str, Any] = {"tags": after.tags} if after.tags != trace.tags else {}
    said |= {"notes": "set" if after.notes else "cleared"} if after.notes != trace.notes else {}
    with noting(log, caller, "session.updated", "session", session_id, said):
        for attempt in range(ATTEMPTS):
            after = changed(trace).rewritten(env.now())
            if store.write_head(after, trace.version):
                return after
            env.pause(attempt)
            trace = session_of(store, caller, session_id)
        raise Busy("too many writers on this session at once; try again")
