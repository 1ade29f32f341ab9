"""Tapes: publish, read, list, unpublish."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic_core import to_json

from wakeline.domain import times
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Conflict, Invalid, NotFound, RateLimited, TooLarge
from wakeline.domain.redaction import redact
from wakeline.domain.tape import FORMAT, MAX_EVENTS, Tape, shown_event, shown_trace

from . import ledger, traces
from .audit import AuditLog, noting
from .ports import KeyStore, LedgerStore
from .tape_ports import TapeStore

MAX_BYTES = 64 * 1024 * 1024
MAX_ANSWER = 4_500_000
"""Bytes of a tape that an answer holds."""
URL_S = 300
FRESH_S = 60
READS_A_MINUTE = 60
READERS = "@tapes"
"""Where readers without a credential are counted: no workspace can bear this name."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A tape as asked for. Without a title it has the trace's; without days it stays."""

    trace_id: str
    title: str | None = None
    expires_in_days: int | None = None


def publish(
    store: TapeStore,
    ledger_store: LedgerStore,
    log: AuditLog,
    caller: Caller,
    new_slug: Callable[[], str],
    wanted: Wanted,
) -> Tape:
    """Publish a trace as it is now. Raises `NotFound`, `Conflict` for one without events, `TooLarge`."""
    trace = traces.require(ledger_store, caller, wanted.trace_id)
    slug = new_slug()
    published = store.get(slug)
    if published is not None:
        # By an attempt at this same request (domain/claim.py).
        return published
    found: Counter[str] = Counter()
    head, count = trace.head_hash, trace.event_count
    if count == 0:
        raise Conflict("the trace has no events yet")
    if count > MAX_EVENTS:
        raise TooLarge(f"the trace has over {MAX_EVENTS} events, too many for a tape", field="trace_id")
    events = []
    room = MAX_BYTES
    for event in ledger.read_events(ledger_store, trace):
        if event.index == count:
            break  # appended while this ran
        shown = to_json(shown_event(event, trace.id, found))
        room -= len(shown)
        if room < 0:
            raise TooLarge(f"the trace is over {MAX_BYTES // 1024**2} MB, too large for a tape", field="trace_id")
        events.append(shown)
    now = log.env.now()
    said: str = redact(wanted.title or trace.summary or trace.id, found, chance=False)
    days = wanted.expires_in_days
    expires = None if days is None else times.render(now + timedelta(days=days))
    about = shown_trace(trace, said, found)
    tape = Tape(
        slug=slug,
        workspace_id=trace.workspace_id,
        project_id=trace.project_id,
        trace_id=trace.id,
        title=said,
        created_at=times.render(now),
        created_by=caller.principal,
        expires_at=expires,
        event_count=count,
        head_hash=head,
        redactions=sum(found.values()),
    )
    opening = to_json(
        {
            "format": FORMAT,
            "slug": tape.slug,
            "trace_id": trace.id,
            "title": said,
            "created_at": tape.created_at,
            "expires_at": tape.expires_at,
            "event_count": count,
            "head_hash": head,
            "redactions": dict(sorted(found.items())),
            "trace": about,
        }
    )
    with noting(log, caller, "tape.published", "tape", named(tape.slug), _noted(tape)):
        store.put(tape, opening[:-1] + b',"events":[' + b",".join(events) + b"]}")
    return tape


def named(slug: str) -> str:
    """A slug as logs name it: whoever has all of it may read."""
    return slug[:6]


def _noted(tape: Tape) -> dict[str, str | None]:
    return {"trace_id": tape.trace_id, "head_hash": tape.head_hash, "expires_at": tape.expires_at}


def count_reader(keys: KeyStore, address: str, now: datetime) -> None:
    """Count a reader without a credential by their address. Raises `RateLimited`."""
    used = keys.count_user(READERS, address, now, write=False)
    if used > READS_A_MINUTE:
        raise RateLimited("too many requests in this minute", retry_after=60 - int(now.timestamp()) % 60)


def fresh_for(tape: Tape, now: datetime) -> int:
    """How many seconds a cache may keep a tape: it never changes, but it may be unpublished, or expire."""
    left = FRESH_S if tape.expires_at is None else int((times.parse(tape.expires_at) - now).total_seconds())
    return max(0, min(FRESH_S, left))


def content(store: TapeStore, tape: Tape) -> bytes:
    """A tape's content as JSON. Raises `NotFound` when it was unpublished a moment ago."""
    found = store.content(tape.slug)
    if found is None:
        raise NotFound("tape not found")
    return found


def read(store: TapeStore, now: datetime, slug: str) -> Tape:
    """The tape of a slug, for anyone. Raises `NotFound`, also once it is expired."""
    tape = store.get(slug) if is_slug(slug) else None
    if tape is None or tape.is_expired(now):
        raise NotFound("tape not found")
    return tape


def is_slug(slug: str) -> bool:
    """Whether a text may be a slug at all."""
    return 16 <= len(slug) <= 64 and slug.replace("-", "").replace("_", "").isalnum() and slug.isascii()


def unpublish(store: TapeStore, log: AuditLog, caller: Caller, slug: str) -> None:
    """Take a tape of the caller's back. Raises `NotFound`."""
    tape = store.get(slug) if is_slug(slug) else None
    if tape is None or tape.workspace_id != caller.workspace_id or caller.project_id not in (None, tape.project_id):
        raise NotFound("tape not found")
    with noting(log, caller, "tape.unpublished", "tape", named(tape.slug), _noted(tape)):
        store.delete(tape)


def page(store: TapeStore, caller: Caller, cursor: str | None, limit: int) -> tuple[list[Tape], str | None]:
    """The tapes that the caller sees, newest first, also expired ones."""
    if cursor is not None and len(cursor) > 200:
        raise Invalid("cursor is not one of ours", field="cursor")
    return store.page(caller.workspace_id, caller.project_id, cursor, limit)
