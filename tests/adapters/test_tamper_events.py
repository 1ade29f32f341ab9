"""The tamper matrix, events: whatever is changed in one, verify reports, with a reason."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.tampering import (
    CALLER,
    TRACE,
    adapted_if_it_can_be,
    assert_found,
    edit,
    head,
    overwrite,
    overwrite_head,
    rebuilt,
    rehashed,
    segments,
    verify,
)
from tests.factories import WORKSPACE, batch, make_trace, message
from tests.fakes.env import fixed_env
from wakeline.domain import chain
from wakeline.domain.segments import encode_body, write
from wakeline.services import ledger, traces


def test_an_untouched_trace_verifies(store):
    found = verify(store)
    assert (found.valid, found.event_count, found.reason, found.first_invalid_event) == (True, 12, None, None)
    assert found.head_hash == head(store).head_hash


def test_an_empty_trace_verifies(store):
    store.create(make_trace("trc_empty"))
    assert traces.verify(store, fixed_env(), CALLER, "trc_empty").valid


def test_a_trace_with_segments_past_head_verifies(store):
    """A dead writer's segment is pending, not tampering."""
    before = head(store)
    ledger.append(store, fixed_env(), WORKSPACE, TRACE, batch(message("late")))
    overwrite_head(store, before)
    found = verify(store)
    assert (found.valid, found.event_count) == (True, 13)


def _turn(hexadecimal: bytes) -> bytes:
    return (b"1" if hexadecimal[:1] == b"0" else b"0") + hexadecimal[1:]


def _other(value: Any) -> Any:
    match value:
        case int():
            return value + 1
        case dict():
            return value | {next(iter(value)): "changed"}
        case str() if value.endswith("Z"):
            return value.replace("2026", "2025")
    return f"{value}x"


ENVELOPE = (
    "actor",
    "id",
    "idempotency_key",
    "index",
    "parent_id",
    "received_at",
    "seq",
    "span_id",
    "timestamp",
    "type",
)


def change_of(name: str) -> Callable[[Any], Any]:
    return lambda held: held | {name: _other(held[name])}


def without(name: str) -> Callable[[Any], Any]:
    return lambda held: {each: value for each, value in held.items() if each != name}


EDITS: dict[str, dict[str, Callable[[Any], Any]]] = {
    "payload changed": {"content": lambda held: held | {"payload": held["payload"] | {"content": "changed"}}},
    "payload field added": {"content": lambda held: held | {"payload": held["payload"] | {"added": 1}}},
    "payload emptied": {"content": lambda held: held | {"payload": {}}},
    "metadata changed": {"content": lambda held: held | {"metadata": {"note": "changed"}}},
    "metadata removed": {"content": lambda held: held | {"metadata": None}},
    "a third content field": {"content": lambda held: held | {"more": 1}},
    "salt changed": {"salt": _turn},
    "hash changed": {"own_hash": _turn},
    "envelope field added": {"envelope": lambda held: held | {"added": "x"}},
    **{f"{name} changed": {"envelope": change_of(name)} for name in ENVELOPE},
    **{f"{name} removed": {"envelope": without(name)} for name in ENVELOPE},
}


@pytest.mark.parametrize("place", [0, 2, 3])
@pytest.mark.parametrize("change", EDITS)
def test_a_changed_event_is_found(store, change, place):
    segment = segments(store)[place]
    lines = segment.lines()
    event = next(segment.events())
    lines[0] = edit(lines[0], **EDITS[change])
    overwrite(store, rebuilt(segment, lines, adapted=False))
    found = assert_found(store)
    assert found.first_invalid_event in (event.id, f"{event.id}x", f"index {event.index}")


# Without received_at an event has no place for its digest: no hash of it can be made to fit.
REHASHABLE = [name for name in EDITS if name not in ("hash changed", "salt changed", "received_at removed")]


@pytest.mark.parametrize("change", REHASHABLE)
@pytest.mark.parametrize("at", [0, 2])
def test_a_changed_event_is_found_though_its_hash_was_computed_anew(store, change, at):
    """Then the chain breaks behind it, or at HEAD if it was the last."""
    segment = segments(store)[-1]
    lines = segment.lines()
    prev_hash = list(segment.events())[at].prev_hash
    lines[at] = rehashed(edit(lines[at], **EDITS[change]), prev_hash)
    overwrite(store, adapted_if_it_can_be(segment, lines))
    assert_found(store)


def test_rehashing_to_the_end_is_found_at_head(store):
    """The whole chain computed anew from the first event on: only HEAD, and who has noted its hash, knows better."""
    prev_hash = chain.genesis(WORKSPACE, TRACE)
    for segment in segments(store):
        start, lines = prev_hash, []
        for event in segment.events():
            payload = event.body | {"forged": True}
            forged, line = write(event.envelope, payload, event.metadata, event.salt or b"", prev_hash)
            lines.append(line)
            prev_hash = forged.integrity_hash
        overwrite(store, replace(segment, body=encode_body(lines), prev_hash=start, head_hash=prev_hash))
    assert "head_hash" in str(assert_found(store).reason)


def _swap(lines: list[bytes]) -> list[bytes]:
    return [lines[1], lines[0], *lines[2:]]


def _insert(lines: list[bytes]) -> list[bytes]:
    forged = edit(lines[0], envelope=lambda held: held | {"id": "evt_forged"})
    return [lines[0], forged, *lines[1:]]


LINES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "first deleted": lambda lines: lines[1:],
    "middle deleted": lambda lines: [lines[0], lines[2]],
    "last deleted": lambda lines: lines[:-1],
    "all deleted": lambda _: [],
    "inserted": _insert,
    "appended": lambda lines: [*lines, edit(lines[2], envelope=lambda held: held | {"id": "evt_forged"})],
    "swapped": _swap,
    "duplicated": lambda lines: [lines[0], lines[0], *lines[1:]],
    "last duplicated": lambda lines: [*lines, lines[-1]],
    "one blank": lambda lines: [lines[0], b"", *lines[1:]],
    "garbage": lambda lines: [lines[0], b"garbage", *lines[2:]],
}


@pytest.mark.parametrize("place", [0, 2, 3])
@pytest.mark.parametrize("change", LINES)
@pytest.mark.parametrize("adapted", [False, True])
def test_events_deleted_inserted_swapped_or_doubled_are_found(store, change, place, adapted):
    segment = segments(store)[place]
    lines = LINES[change](segment.lines())
    overwrite(store, adapted_if_it_can_be(segment, lines) if adapted else rebuilt(segment, lines, adapted=False))
    assert_found(store)


@pytest.mark.parametrize("place", [0, 3])
def test_events_moved_on_and_rehashed_are_found(store, place):
    """An event cut out of a segment, and those behind it numbered and hashed anew."""
    segment = segments(store)[place]
    prev_hash, lines = segment.prev_hash, []
    for at, event in enumerate(list(segment.events())[1:]):
        envelope = event.envelope | {"index": segment.first_index + at}
        forged, line = write(envelope, event.payload, event.metadata, event.salt or b"", prev_hash)
        prev_hash = forged.integrity_hash
        lines.append(line)
    overwrite(store, rebuilt(segment, lines, adapted=True))
    assert_found(store)
