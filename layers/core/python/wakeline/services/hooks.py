"""Claude Code's hooks: each is appended to the trace of its session, which the first one creates."""

from typing import Any

from wakeline.domain import times
from wakeline.domain.append import sift
from wakeline.domain.caller import Caller
from wakeline.domain.claude_code.hooks import facts_of, identity, map_hook, read_hook, session_of
from wakeline.domain.claude_code.told_twice import key_of_message
from wakeline.domain.delta import short_key
from wakeline.domain.env import Env
from wakeline.domain.errors import NotFound
from wakeline.domain.events import NewEvent
from wakeline.domain.trace import Trace, new_trace

from . import ledger, redacting
from .ledger import Draft
from .ports import LedgerStore
from .traces import DEFAULT_PROJECT

AGAIN_S = 5
"""A hook that nothing names is taken for a repeat when it comes again within 5 to 10 seconds."""


def record(store: LedgerStore, env: Env, caller: Caller, body: bytes) -> Trace:
    """Record one hook; sent again, it is stored once. Returns the trace after that.

    Raises `Malformed` and `Invalid` for what is no hook, `NotFound` when the session was deleted or is another
    project's, `Busy`.
    """
    hook = read_hook(body)
    trace_id = session_of(hook)
    told = map_hook(hook)
    events = [NewEvent.read(event) for event in told]
    redacting.events(env, caller.workspace_id, events)
    name, lasting = identity(hook)
    spell = int(env.now().timestamp()) // AGAIN_S

    def keyed(trace: Trace) -> list[tuple[int, NewEvent]]:
        key = name if lasting else f"{name}:{_spell_of(trace, name, spell)}"
        wanted = [event for event, raw in zip(events, told, strict=True) if not _in_transcript(trace, raw)]
        for place, event in enumerate(wanted):
            event.idempotency_key = f"{key}/{place}" if len(events) > 1 else key
        return list(enumerate(wanted))

    def draft(trace: Trace) -> Draft:
        if not caller.sees(trace):
            raise NotFound("Session not found")
        return Draft(sift(trace, keyed(trace), {}))

    try:
        return ledger.commit(store, env, caller.workspace_id, trace_id, draft).trace
    except NotFound:
        # One that is there by now and is the caller's was created by another hook in between.
        found = store.head(caller.workspace_id, trace_id)
        if found is not None and (found.deleted is not None or not caller.sees(found)):
            raise
    fresh = _fresh(env, caller, trace_id, hook)
    begun = ledger.begin(store, env, fresh, keyed(fresh))
    if begun is None:  # another hook of the same session was faster
        begun = ledger.commit(store, env, caller.workspace_id, trace_id, draft)
    return begun.trace


def _spell_of(trace: Trace, name: str, now: int) -> int:
    """The spell of time in whose key a hook goes: the last one if it came then already, else the present one."""
    before = f"{name}:{now - 1}"
    return now - 1 if _recent(trace) & {short_key(before), short_key(f"{before}/0")} else now


def _in_transcript(trace: Trace, event: dict[str, Any]) -> bool:
    """Whether a transcript that was pushed at this moment told an agent's message already."""
    said = event["payload"].get("content") if event["type"] == "agent_message" else None
    return said is not None and short_key(key_of_message(said)) in _recent(trace)


def _recent(trace: Trace) -> set[str]:
    recent = trace.recent_keys
    return {recent[at : at + 8] for at in range(0, len(recent), 8)}


def _fresh(env: Env, caller: Caller, trace_id: str, hook: dict[str, Any]) -> Trace:
    now = times.render(env.now())
    return new_trace(
        caller.workspace_id,
        trace_id,
        project_id=caller.project_id or DEFAULT_PROJECT,
        created_at=now,
        created_by=caller.principal,
        started_at=now,
        **facts_of(hook),
    )
