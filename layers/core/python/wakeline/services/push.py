"""Pushing Claude Code transcripts: only the lines that are new become events."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from wakeline.domain import times
from wakeline.domain.append import Sifted
from wakeline.domain.caller import Caller
from wakeline.domain.claude_code import Digest, Mapped, Transcript, decode, digest, map_lines, read
from wakeline.domain.claude_code.told_twice import keys_of_hooks, told_by_hooks
from wakeline.domain.env import Env
from wakeline.domain.errors import Conflict, Invalid, NotFound, WakelineError
from wakeline.domain.events import NewEvent
from wakeline.domain.ids import as_label, is_id, require_id
from wakeline.domain.prices import Price
from wakeline.domain.segments import MAX_EVENTS
from wakeline.domain.trace import BROKEN, Trace, new_trace

from . import ledger, redacting
from .ledger import Draft
from .ports import LedgerStore
from .traces import DEFAULT_PROJECT

MAX_TRANSCRIPT = 64 * 1024 * 1024
MAX_BATCH_BYTES = 2 * 1024 * 1024
MAX_REPORTED = 20
MAX_EARLIER = 20
MAX_LATE = 32
"""How many of a batch's last events hooks may yet tell: hooks are on their way for seconds."""


@dataclass(slots=True)
class Pushed:
    """How many sessions went in, how many did not, and what was wrong: {id, reason, line?} each."""

    accepted: int = 0
    rejected: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Push:
    """A transcript under its session id, and what the pusher knows of it."""

    id: str
    data: str
    facts: dict[str, Any]


def push(store: LedgerStore, env: Env, price: Price, caller: Caller, sessions: Sequence[Push]) -> Pushed:
    """Store transcripts. A session that cannot go in is rejected with the reason; the others are not held up by it.

    A bad line of an accepted session is reported and the rest goes in. Pushing a longer copy appends what is new.
    """
    result = Pushed()
    for session in sessions:
        try:
            transcript = read(decode(session.data, MAX_TRANSCRIPT))
            _store(store, env, price, caller, session, transcript)
        except WakelineError as error:
            result.rejected += 1
            result.errors.append({"id": session.id[:128], "reason": error.message})
            continue
        result.accepted += 1
        for bad in transcript.bad[:MAX_REPORTED]:
            result.errors.append({"id": session.id, "reason": f"line {bad.number}: {bad.reason}", "line": bad.number})
        if len(transcript.bad) > MAX_REPORTED:
            more = len(transcript.bad) - MAX_REPORTED
            result.errors.append({"id": session.id, "reason": f"and {more} more bad lines"})
    return result


def _store(store: LedgerStore, env: Env, price: Price, caller: Caller, session: Push, transcript: Transcript) -> None:
    trace_id = require_id(session.id, "id")
    caller.narrowed(session.facts.get("project_id"))
    if not any(line.value is not None for line in transcript.lines):
        raise Invalid("data holds no transcript line", field="data")
    trace = store.head(caller.workspace_id, trace_id) or _create(store, env, caller, session, transcript)
    if trace.deleted is not None:
        raise Conflict("the session was deleted; ids are not used twice", field="id")
    if not caller.sees(trace):
        raise Conflict("the id belongs to another project's session", field="id")
    trace = _with_facts(store, env, trace, session.facts)
    lines = map_lines(transcript, price, trace.started_at)
    copy = _Copy(
        lines,
        [len(line.raw) for line in transcript.lines],
        digest(transcript.lines),
        _lines_of_earlier(store, caller, trace) | _told_by_hooks(store, env, trace, lines),
        transcript.meta.get("first_timestamp"),
        env,
    )
    while copy.taken_by(trace) < len(copy.lines):
        before = trace.version
        trace = ledger.commit(store, env, trace.workspace_id, trace.id, lambda head: copy.draft(store, head)).trace
        if trace.version == before:
            return


def _create(store: LedgerStore, env: Env, caller: Caller, session: Push, transcript: Transcript) -> Trace:
    meta = transcript.meta
    now = times.render(env.now())
    # A transcript may say anything of itself, at any length; HEAD is read and written again and again.
    facts: dict[str, Any] = {name: as_label(meta.get(name)) for name in ("cwd", "branch", "model")}
    facts |= {name: value for name, value in session.facts.items() if value is not None}
    own = meta.get("session_id")
    if meta.get("is_subagent") and is_id(own) and own != session.id:
        facts.setdefault("parent_trace_id", own)
    earlier = _earlier_sessions(store, caller, session.id, transcript)
    facts = redacting.facts(env, caller.workspace_id, facts)
    trace = new_trace(
        caller.workspace_id,
        session.id,
        project_id=caller.narrowed(facts.pop("project_id", None)) or DEFAULT_PROJECT,
        created_at=now,
        created_by=caller.principal,
        started_at=meta.get("first_timestamp") or now,
        tool="claude-code",
        source="push",
        metadata={
            name: as_label(meta[key])
            for name, key in (
                ("session_id", "session_id"),
                ("claude_code_version", "version"),
                ("format", "format"),
                ("agent_id", "agent_id"),
            )
            if meta.get(key)
        }
        | ({"resumed_from": earlier} if earlier else {}),
        **facts,
    )
    if store.create(trace):
        return trace
    found = store.head(caller.workspace_id, session.id)
    if found is None:
        raise NotFound("Session not found")
    return found


def _earlier_sessions(store: LedgerStore, caller: Caller, trace_id: str, transcript: Transcript) -> list[str]:
    """The sessions that this one goes on from: a resumed session's file begins with the lines of the one before.

    They are known by their first line's uuid. The same session pushed under another id is not an earlier one: it is
    told by the session id that the transcript itself bears.
    """
    root = next((line.uuid for line in transcript.lines if line.uuid is not None), None)
    mine = transcript.session_id
    if root is None or mine is None or not is_id(mine):
        return []
    alike = store.join_lineage(caller.workspace_id, root, trace_id, mine)
    return [earlier for earlier, own in alike if own != mine][-MAX_EARLIER:]


def _lines_of_earlier(store: LedgerStore, caller: Caller, trace: Trace) -> frozenset[str]:
    """The keys of the lines that earlier sessions already hold; what they cost is counted there."""
    keys: set[str] = set()
    # Another endpoint may have created the trace, with any metadata.
    named = (trace.metadata or {}).get("resumed_from") if trace.source == "push" else None
    for trace_id in [each for each in named if is_id(each)][:MAX_EARLIER] if isinstance(named, list) else ():
        earlier = store.head(trace.workspace_id, trace_id)
        if earlier is not None and caller.sees(earlier):
            found = (event.idempotency_key for event in ledger.read_events(store, earlier))
            keys.update(key for key in found if key is not None and not key.startswith("L"))
    return frozenset(keys)


def _told_by_hooks(store: LedgerStore, env: Env, trace: Trace, lines: list[Mapped]) -> frozenset[str]:
    """The keys of the events that hooks recorded while the session ran. What they said was redacted when it came."""
    if not trace.counters.get("hooks"):
        return frozenset()
    by_hooks: list[tuple[str, dict[str, Any]]] = []
    stored: set[str] = set()
    for event in ledger.read_events(store, trace):
        if "hook_event_name" in (event.metadata or {}):
            by_hooks.append((event.type, event.body))
        elif event.idempotency_key is not None:
            stored.add(event.idempotency_key)
    events = ((each["idempotency_key"], each["type"], each["payload"]) for line in lines for each in line.events)
    said = ((key, kind, redacting.value(env, trace.workspace_id, payload)) for key, kind, payload in events)
    return told_by_hooks(by_hooks, frozenset(stored), said)


def _with_facts(store: LedgerStore, env: Env, trace: Trace, facts: dict[str, Any]) -> Trace:
    """A trace that a hook created knows nothing of repository or author: the pusher does."""
    named = {name: facts.get(name) for name in ("repo", "author", "branch") if getattr(trace, name) is None}
    missing = {name: value for name, value in named.items() if value is not None}
    while missing and trace.source == "hook" and trace.seal != BROKEN:
        told = trace.rewritten(env.now(), **missing)
        if store.write_head(told, trace.version):
            return told
        trace = ledger.living(store.head(trace.workspace_id, trace.id))
    return trace


@dataclass(frozen=True, slots=True)
class _Copy:
    """One copy of a transcript: the events and size of each line, the digest over the first n lines, and keys to
    leave out.
    """

    lines: list[Mapped]
    sizes: list[int]
    running: Digest
    elsewhere: frozenset[str]
    began: str | None
    env: Env

    def taken_by(self, trace: Trace) -> int:
        """How many lines of this copy the trace has, as far as its count and digest tell; 0 when they do not fit."""
        taken = trace.transcript
        if taken is None or taken["lines"] > len(self.lines):
            return 0
        return int(taken["lines"]) if self.running.digest_at(taken["lines"]) == taken["digest"] else 0

    def draft(self, store: LedgerStore, trace: Trace) -> Draft:
        """The next batch for the trace as it stands: whole lines, so that a line is never half taken."""
        start = self.taken_by(trace)
        if start == 0 and trace.transcript is not None:
            return self._draft_of_other(store, trace)
        batch, upto = self._batch(start, frozenset())
        return self._numbered(trace, batch, self._place(upto))

    def _draft_of_other(self, store: LedgerStore, trace: Trace) -> Draft:
        """A copy that does not continue what was taken is shorter, or was rewritten: its lines are compared one by
        one.
        """
        keys = (event.idempotency_key for event in ledger.read_events(store, trace))
        batch, upto = self._batch(0, frozenset(key for key in keys if key is not None))
        whole = upto == len(self.lines) and upto >= (trace.transcript or {}).get("lines", 0)
        # The count moves only when all of the copy is in, and never back: else a longer copy would be compared by
        # line for ever.
        return self._numbered(trace, batch, self._place(upto) if whole else None)

    def _place(self, upto: int) -> dict[str, Any]:
        """What HEAD keeps of a copy. `started_at` is the first time that a line tells; a shorter copy may tell none."""
        place = {"lines": upto, "digest": self.running.digest_at(upto)}
        return place | ({"started_at": self.began} if self.began else {})

    def _batch(self, start: int, known: frozenset[str]) -> tuple[list[NewEvent], int]:
        """Events of the lines from `start` that are not `known`, and the line count that they reach."""
        batch: list[NewEvent] = []
        room = MAX_BATCH_BYTES
        for at in range(start, len(self.lines)):
            keyed = ((event["idempotency_key"], event) for event in self.lines[at].events)
            events = [event for key, event in keyed if key not in known and key not in self.elsewhere]
            room -= self.sizes[at] if events else 0
            if batch and (len(batch) + len(events) > MAX_EVENTS or room < 0):
                return batch, at
            batch += [NewEvent.read(event) for event in events]
        return batch, len(self.lines)

    def _numbered(self, trace: Trace, batch: list[NewEvent], source: dict[str, Any] | None) -> Draft:
        # Of what was said, not of what is stored of it: hooks come with the former.
        late = keys_of_hooks((event.type, event.payload) for event in batch[-MAX_LATE:])
        redacting.events(self.env, trace.workspace_id, batch)
        sifted = Sifted(new=[(place, event, trace.last_seq + 1 + place) for place, event in enumerate(batch)])
        return Draft(sifted, source, late)
