"""A tape: a run published as it was on a day, without its secrets, for anyone who has the link.

An event that held nothing to hide is there with all that its hash is made of. One whose payload was redacted keeps its
payload digest and lacks the salt, so nobody can try what stood there; its place is checked by the digest.
One whose envelope held something keeps its hash alone. So a stranger can verify that nothing was added, left out or
moved, and that everything shown in full is what was recorded.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self

from . import chain, times
from .canonical import canonical
from .events import Event
from .redaction import redact
from .trace import Trace

FORMAT = "wakeline.tape/1"
MAX_EVENTS = 20_000
MAX_DAYS = 3650

_BESIDE = frozenset(
    {
        *("trace_id", "payload", "metadata", "payload_salt", "prev_hash", "integrity_hash"),
        *("redacted", "envelope_redacted"),
    }
)
"""Fields of a shown event that are not part of its hashed envelope."""


@dataclass(frozen=True, slots=True)
class Tape:
    """What is known of a published tape. `expires_at` is None for one that stays."""

    slug: str
    workspace_id: str
    project_id: str
    trace_id: str
    title: str
    created_at: str
    created_by: str
    expires_at: str | None
    event_count: int
    head_hash: str
    redactions: int

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and times.parse(self.expires_at) <= now

    def to_json(self) -> dict[str, Any]:
        """Every field, for storage."""
        return {spec.name: getattr(self, spec.name) for spec in fields(self)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read `to_json` back; fields of a later version are passed over."""
        return cls(**{spec.name: stored.get(spec.name) for spec in fields(cls)})  # type: ignore[arg-type]


def shown_event(event: Event, trace_id: str, found: Counter[str]) -> dict[str, Any]:
    """An event as a tape shows it; `found` counts what was taken out, by kind."""
    said = event.to_json(trace_id)
    said["redacted"] = said["envelope_redacted"] = False
    payload, metadata = redact(event.payload, found), redact(event.metadata, found)
    if payload is not event.payload or metadata is not event.metadata:
        said |= {"payload": payload, "metadata": metadata, "payload_salt": None, "redacted": True}
    bare = {name: value for name, value in said.items() if name not in _BESIDE}
    clean = redact(bare, found, chance=False)
    if clean is not bare:
        said |= {**clean, "envelope_redacted": True}
    return said


def shown_trace(trace: Trace, title: str, found: Counter[str]) -> dict[str, Any]:
    """What a tape says of the run as a whole: nothing of who and where."""
    said = {
        "id": trace.id,
        "title": title,
        "name": trace.name,
        "user_goal": trace.user_goal,
        "agent": trace.agent,
        "status": trace.status,
        "started_at": trace.started_at,
        "ended_at": trace.ended_at,
        "models": trace.models,
        "total_tokens": trace.total_tokens,
        "cost_usd": trace.cost_usd,
        "event_count": trace.event_count,
    }
    clean: dict[str, Any] = redact(said, found, chance=False)
    return clean


@dataclass(frozen=True, slots=True)
class Checked:
    """What a stranger finds: whether the chain holds, how many events were verified in full, how many by their digest
    (redacted or erased payload), and how many only by their place (redacted envelope).
    """

    valid: bool
    whole: int = 0
    by_digest: int = 0
    by_place: int = 0
    reason: str | None = None


def check(events: Iterable[dict[str, Any]], head_hash: str) -> Checked:
    """Verify a tape's events as anyone can, from what it shows."""
    whole = by_digest = by_place = 0
    last: str | None = None
    for index, event in enumerate(events):
        if event["index"] != index or (last is not None and event["prev_hash"] != last):
            return Checked(False, whole, by_digest, by_place, f"event {index} does not follow the one before")
        last = event["integrity_hash"]
        if event["envelope_redacted"]:
            by_place += 1
            continue
        envelope = {name: value for name, value in event.items() if name not in _BESIDE and value is not None}
        own = chain.integrity_hash(chain.unspell(event["prev_hash"]), canonical(envelope))
        if chain.spell(own) != event["integrity_hash"]:
            return Checked(False, whole, by_digest, by_place, f"event {index} is not what was hashed")
        if event["payload_salt"] is None:
            by_digest += 1
            continue
        content = canonical({"metadata": event["metadata"], "payload": event["payload"]})
        digest = chain.payload_digest(bytes.fromhex(event["payload_salt"]), content)
        if chain.spell(digest) != event["payload_digest"]:
            return Checked(False, whole, by_digest, by_place, f"the payload of event {index} is not what was hashed")
        whole += 1
    if last is not None and last != head_hash:
        return Checked(False, whole, by_digest, by_place, "the end is missing")
    return Checked(True, whole, by_digest, by_place)
