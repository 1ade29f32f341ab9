"""The tamper matrix: whatever is changed in a stored trace behind the ledger's back, verify reports, with a reason.

Each case runs on the ledger in memory and in DynamoDB; the last part changes DynamoDB's own items.
"""

import json
import zlib
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from typing import Any

import pytest

from tests.factories import WORKSPACE, batch, llm_call, make_trace, message, tool_call
from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from wakeline.adapters.dynamodb import ledger as segment_items
from wakeline.adapters.dynamodb import table
from wakeline.adapters.dynamodb import traces as head_items
from wakeline.adapters.dynamodb.ledger import DynamoLedger
from wakeline.domain import chain
from wakeline.domain.caller import Caller
from wakeline.domain.canonical import canonical
from wakeline.domain.delta import delta_of
from wakeline.domain.errors import Conflict
from wakeline.domain.segments import Damaged, Segment, decode, encode_body, recompute, write
from wakeline.domain.trace import Trace
from wakeline.services import ledger, traces

TRACE = "trc_1"
CALLER = Caller(WORKSPACE, None, "key_1", "key", frozenset({"admin"}), "free")

NAMED = {
    "span_id": "span_1",
    "parent_id": "span_0",
    "actor": {"type": "human_reviewer", "name": "Ada"},
    "timestamp": "2026-03-21T12:00:01.000Z",
    "metadata": {"note": "kept"},
}


def record(store: Any, trace_id: str = TRACE, workspace_id: str = WORKSPACE) -> None:
    """Four segments of three events each; every optional field of an event is used."""
    made = recorded(trace_id, workspace_id)
    store.create(made.traces[workspace_id, trace_id])
    for segment in made.segments(workspace_id, trace_id):
        store.put_segment(workspace_id, trace_id, segment)


@cache
def recorded(trace_id: str, workspace_id: str) -> MemoryLedger:
    store, env = MemoryLedger(), fixed_env()
    store.create(make_trace(trace_id, workspace_id, name="a run", metadata={"team": "red"}, tags=["one"], author="ada"))
    for n in range(4):
        events = batch(
            message(f"text {n}", idempotency_key=f"key-{n}", **NAMED),
            llm_call() | {"idempotency_key": f"call-{n}", "metadata": {"n": n}},
            tool_call(f"Tool{n}", idempotency_key=f"tool-{n}", **NAMED),
        )
        assert ledger.append(store, env, workspace_id, trace_id, events).accepted == 3
    return store


@pytest.fixture(params=["memory", "dynamodb"])
def store(request) -> Any:
    if request.param == "memory":
        made: Any = MemoryLedger()
    else:
        request.getfixturevalue("engine")
        made = DynamoLedger()
    record(made)
    return made


def segments(store: Any, trace_id: str = TRACE, workspace_id: str = WORKSPACE) -> list[Segment]:
    return list(store.segments(workspace_id, trace_id))


def overwrite(store: Any, segment: Segment) -> None:
    """Put a segment where it says, whatever stands there, sealed as an intruder would."""
    if isinstance(store, MemoryLedger):
        store.stored.setdefault((WORKSPACE, TRACE), {})[segment.first_index] = segment
    else:
        item = segment_items.to_item(WORKSPACE, TRACE, segment)
        table.dynamodb().put_item(TableName=table.name(), Item=table.typed_item(item))


def overwrite_head(store: Any, trace: Trace) -> None:
    if isinstance(store, MemoryLedger):
        store.traces[trace.workspace_id, trace.id] = trace
    else:
        table.dynamodb().put_item(TableName=table.name(), Item=table.typed_item(head_items.to_item(trace)))


def head(store: Any) -> Trace:
    return store.head(WORKSPACE, TRACE)


def verify(store: Any) -> traces.Verification:
    return traces.verify(store, fixed_env(), CALLER, TRACE)


def assert_found(store: Any, at: str | None = None) -> traces.Verification:
    found = verify(store)
    assert not found.valid
    assert found.reason
    assert found.first_invalid_event
    assert at is None or found.first_invalid_event == at
    return found


def rebuilt(segment: Segment, lines: list[bytes], *, adapted: bool) -> Segment:
    """A segment of other lines; `adapted` also makes what it says of itself fit them."""
    segment = replace(segment, body=encode_body(lines))
    if not adapted:
        return segment
    events = list(segment.events())
    delta = delta_of(events, segment.delta.keys, segment.delta.source)
    return replace(
        segment,
        count=len(events),
        first_seq=events[0].seq if events else 0,
        last_seq=events[-1].seq if events else 0,
        head_hash=events[-1].integrity_hash if events else segment.prev_hash,
        delta=delta,
    )


def adapted_if_it_can_be(segment: Segment, lines: list[bytes]) -> Segment:
    """`rebuilt`, adapted unless the lines cannot even be read as events."""
    try:
        return rebuilt(segment, lines, adapted=True)
    except (Damaged, KeyError):
        return rebuilt(segment, lines, adapted=False)


def rehashed(line: bytes, prev_hash: bytes) -> bytes:
    """A line with the integrity hash that its content asks for."""
    return b"\t".join((recompute(line, decode(line, prev_hash)).hex().encode(), *line.split(b"\t")[1:]))


def edit(line: bytes, **changes: Callable[[Any], Any]) -> bytes:
    """A line with some of its four fields changed; `envelope` and `content` as parsed JSON."""
    own_hash, salt, envelope, content = line.split(b"\t")
    if "own_hash" in changes:
        own_hash = changes["own_hash"](own_hash)
    if "salt" in changes:
        salt = changes["salt"](salt)
    if "envelope" in changes:
        envelope = canonical(changes["envelope"](json.loads(envelope)))
    if "content" in changes:
        content = canonical(changes["content"](json.loads(content)))
    return b"\t".join((own_hash, salt, envelope, content))


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


# Events


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


# Segments


@pytest.mark.parametrize("cut", [1, 2, 4])
def test_a_cut_off_tail_is_found(store, cut):
    for segment in segments(store)[-cut:]:
        store.delete_segment(WORKSPACE, TRACE, segment)
    assert_found(store, f"index {12 - 3 * cut}")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_missing_segment_is_found(store, place):
    store.delete_segment(WORKSPACE, TRACE, segments(store)[place])
    assert_found(store, f"index {3 * place}")


@pytest.mark.parametrize(("trace_id", "workspace_id"), [("trc_2", WORKSPACE), (TRACE, "ws_2")])
@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_segment_of_another_trace_is_found(store, trace_id, workspace_id, place):
    record(store, trace_id, workspace_id)
    overwrite(store, segments(store, trace_id, workspace_id)[place])
    assert_found(store, f"index {3 * place}")


@pytest.mark.parametrize("adapted", [False, True])
def test_a_foreign_segment_behind_the_last_is_found(store, adapted):
    record(store, "trc_2")
    ledger.append(store, fixed_env(), WORKSPACE, "trc_2", batch(message("foreign")))
    foreign = segments(store, "trc_2")[-1]
    overwrite(store, replace(foreign, prev_hash=head(store).head) if adapted else foreign)
    if adapted:
        # It chains on by what it says of itself: settling takes it in as pending, and its events do not verify.
        assert_found(store)
    else:
        assert_found(store, "index 12")


def test_reordered_segments_are_found(store):
    one, two = segments(store)[1:3]
    overwrite(store, replace(two, first_index=one.first_index))
    overwrite(store, replace(one, first_index=two.first_index))
    assert_found(store, "index 3")


FACTS: dict[str, Callable[[Segment], Segment]] = {
    "count up": lambda segment: replace(segment, count=segment.count + 1),
    "count down": lambda segment: replace(segment, count=segment.count - 1),
    "count zero": lambda segment: replace(segment, count=0),
    "first_seq": lambda segment: replace(segment, first_seq=segment.first_seq - 1),
    "last_seq": lambda segment: replace(segment, last_seq=segment.last_seq + 1),
    "prev_hash": lambda segment: replace(segment, prev_hash=bytes(32)),
    "prev_hash empty": lambda segment: replace(segment, prev_hash=b""),
    "head_hash": lambda segment: replace(segment, head_hash=bytes(32)),
    "delta counters": lambda segment: replace(segment, delta=replace(segment.delta, counters={"events": 4})),
    "delta cost": lambda segment: replace(segment, delta=replace(segment.delta, cost="9")),
    "delta last_at": lambda segment: replace(segment, delta=replace(segment.delta, last_at="2027-01-01T00:00:00.000Z")),
    "delta status": lambda segment: replace(segment, delta=replace(segment.delta, status="failed")),
    "delta prompt": lambda segment: replace(segment, delta=replace(segment.delta, prompt="other")),
    "delta title": lambda segment: replace(segment, delta=replace(segment.delta, title="other")),
    "delta models": lambda segment: replace(segment, delta=replace(segment.delta, models=["other"])),
    "delta keys": lambda segment: replace(segment, delta=replace(segment.delta, keys="")),
    "body empty": lambda segment: replace(segment, body=b""),
    "body truncated": lambda segment: replace(segment, body=segment.body[:-1]),
    "body cut in half": lambda segment: replace(segment, body=segment.body[: len(segment.body) // 2]),
    "body garbage": lambda segment: replace(segment, body=b"garbage" * 20),
    "body extended": lambda segment: replace(segment, body=segment.body + b"x"),
    "body doubled": lambda segment: replace(segment, body=segment.body * 2),
    "body without its last line end": lambda segment: replace(
        segment, body=zlib.compress(zlib.decompress(segment.body)[:-1])
    ),
    "body a bomb": lambda segment: replace(segment, body=zlib.compress(bytes(60 * 1024 * 1024), 1)),
}


@pytest.mark.parametrize("place", [0, 3])
@pytest.mark.parametrize("change", FACTS)
def test_what_a_segment_says_of_itself_is_checked(store, change, place):
    overwrite(store, FACTS[change](segments(store)[place]))
    assert_found(store)


# HEAD

NOT_ITS_PLACE = [spec.name for spec in fields(Trace) if spec.name not in ("workspace_id", "id")]


def _changed(value: Any) -> Any:
    match value:
        case None:
            return "changed"
        case bool():
            return not value
        case int():
            return value - 1
        case list():
            return [*value, "changed"]
        case dict():
            return {**value, "events": 99}
        case str() if len(value) == 8 * 12:
            return value[8:]
        case str() if value.endswith("Z"):
            return value.replace("2026", "2025")
        case str() if value.startswith("sha256:"):
            return f"sha256:{'0' * 64}"
        case "running":
            return "completed"
        case "0.04":
            return "0.05"
    return f"{value}x"


@pytest.mark.parametrize("name", [name for name in NOT_ITS_PLACE if name not in ("deleted", "project_id")])
def test_a_changed_field_of_head_is_found(store, name):
    trace = head(store)
    value = _changed(getattr(trace, name))
    if name in ("metadata", "transcript"):
        value = {"changed": True}
    overwrite_head(store, replace(trace, **{name: value}))
    assert_found(store)


def test_a_trace_moved_to_another_project_is_found(store):
    overwrite_head(store, replace(head(store), project_id="proj_other"))
    assert_found(store)


DERIVED = (
    "last_index",
    "first_seq",
    "last_seq",
    "head_hash",
    "counters",
    "cost",
    "last_at",
    "status",
    "ended_at",
    "prompt",
    "title",
    "models",
    "recent_keys",
)


@pytest.mark.parametrize("name", DERIVED)
def test_a_changed_sum_is_found_though_its_seal_was_computed_anew(store, name):
    trace = head(store)
    overwrite_head(store, replace(trace, **{name: _changed(getattr(trace, name))}).sealed())
    assert_found(store)


@pytest.mark.parametrize("name", ["name", "metadata", "tags", "created_by", "cost", "counters"])
def test_appending_does_not_hide_a_changed_head(store, name):
    """The next write of HEAD must not put a fitting seal on what someone changed."""
    trace = head(store)
    change: dict[str, Any] = {name: {"a": 1} if name == "metadata" else _changed(getattr(trace, name))}
    overwrite_head(store, replace(trace, **change))
    ledger.append(store, fixed_env(), WORKSPACE, TRACE, batch(message("later")))
    assert_found(store)


@pytest.mark.parametrize("back", [1, 5, 12])
def test_a_head_set_back_stops_writers_or_is_found(store, back):
    """HEAD pointing before the end: never overwrites what is there."""
    before = segments(store)
    overwrite_head(store, replace(head(store), last_index=11 - back))
    with pytest.raises(Conflict):
        ledger.append(store, fixed_env(), WORKSPACE, TRACE, batch(message("later")))
    assert segments(store) == before
    assert_found(store)


# Erasure


@pytest.mark.parametrize("place", [0, 3])
@pytest.mark.parametrize("which", [(0,), (1,), (0, 1, 2)])
def test_an_erased_payload_still_verifies(store, place, which):
    segment = segments(store)[place]
    lines = segment.lines()
    for at, event in enumerate(segment.events()):
        if at in which:
            own_hash, _, envelope, _ = lines[at].split(b"\t")
            lines[at] = b"\t".join((own_hash, chain.spell(event.payload_digest).encode(), envelope, b""))
    overwrite(store, rebuilt(segment, lines, adapted=False))
    assert verify(store).valid
    erased = [event for event in ledger.read_events(store, head(store)) if event.payload is None]
    assert [event.index for event in erased] == [3 * place + at for at in which]
    shown = erased[0].to_json(TRACE)
    assert (shown["payload"], shown["metadata"], shown["payload_salt"]) == (None, None, None)
    assert shown["payload_digest"].startswith("sha256:")


def test_an_erased_payload_with_another_digest_is_found(store):
    segment = segments(store)[1]
    lines = segment.lines()
    own_hash, _, envelope, _ = lines[0].split(b"\t")
    lines[0] = b"\t".join((own_hash, chain.spell(bytes(32)).encode(), envelope, b""))
    overwrite(store, rebuilt(segment, lines, adapted=False))
    assert_found(store)


def test_counters_of_an_erased_segment_are_still_checked_against_its_envelopes(store):
    segment = segments(store)[1]
    lines = segment.lines()
    event = next(segment.events())
    own_hash, _, envelope, _ = lines[0].split(b"\t")
    lines[0] = b"\t".join((own_hash, chain.spell(event.payload_digest).encode(), envelope, b""))
    changed = replace(segment.delta, counters=segment.delta.counters | {"type.user_message": 2})
    overwrite(store, replace(rebuilt(segment, lines, adapted=False), delta=changed))
    assert_found(store)


# The items themselves


def _item(sk: str) -> dict[str, Any]:
    key = table.typed_item({"pk": f"T#{WORKSPACE}#{TRACE}", "sk": sk})
    return table.dynamodb().get_item(TableName=table.name(), Key=key)["Item"]


def _put(item: dict[str, Any]) -> None:
    table.dynamodb().put_item(TableName=table.name(), Item=item)


@pytest.fixture
def stored(engine) -> DynamoLedger:
    made = DynamoLedger()
    record(made)
    return made


HEAD_ATTRIBUTES = (
    "version",
    "head",
    "keys",
    "project_id",
    "status",
    "author",
    "models",
    "tags",
    "started_at",
    "gsi1pk",
    "gsi1sk",
    "gsi2pk",
    "gsi2sk",
    "outcome",
    "summary",
)
VALUES = ({"S": "changed"}, {"N": "7"}, {"L": [{"S": "changed"}]}, {"B": b"changed!"}, None)


HEAD_CHANGES = [
    pytest.param(name, value, id=f"{name}-{next(iter(value)) if value else 'removed'}")
    for name in HEAD_ATTRIBUTES
    for value in VALUES
    # DynamoDB takes nothing but strings for the keys of its indexes.
    if value is None or "S" in value or not name.startswith("gsi")
]


@pytest.mark.parametrize(("name", "value"), HEAD_CHANGES)
def test_any_attribute_of_the_head_item(stored, name, value):
    item = _item("HEAD")
    assert name in item
    if value is None:
        del item[name]
    else:
        item[name] = value
    _put(item)
    assert_found(stored)


@pytest.mark.parametrize("name", ["agent_id", "repo", "cwd", "expires_at", "anything"])
def test_an_added_attribute_of_the_head_item(stored, name):
    _put(_item("HEAD") | {name: {"S": "added"}})
    assert_found(stored)


SEGMENT_ATTRIBUTES = ("n", "first_seq", "last_seq", "prev", "head", "delta", "body", "seal")


@pytest.mark.parametrize("place", [0, 9])
@pytest.mark.parametrize("value", VALUES, ids=lambda value: next(iter(value)) if value else "removed")
@pytest.mark.parametrize("name", SEGMENT_ATTRIBUTES)
def test_any_attribute_of_a_segment_item(stored, name, value, place):
    item = _item(f"SEG#{place:012d}")
    if value is None:
        del item[name]
    else:
        item[name] = value
    _put(item)
    assert_found(stored)


def test_an_added_attribute_of_a_segment_item(stored):
    _put(_item("SEG#000000000003") | {"added": {"S": "x"}})
    assert_found(stored)


DELTAS = ("{}", "[]", "null", "garbage", '{"unknown": 1}', '{"counters": "x"}', '{"source": {"lines": 3}}')


@pytest.mark.parametrize("delta", DELTAS)
def test_a_changed_delta_of_a_segment_item(stored, delta):
    _put(_item("SEG#000000000009") | {"delta": {"S": delta}})
    assert_found(stored)


def test_a_segment_under_a_key_that_is_none(stored):
    _put(_item("SEG#000000000009") | {"sk": {"S": "SEG#garbage"}})
    assert_found(stored)


def test_a_damaged_segment_past_head_is_neither_folded_in_nor_passed_over(stored):
    before = stored.head(WORKSPACE, TRACE)
    ledger.append(stored, fixed_env(), WORKSPACE, TRACE, batch(message("late")))
    overwrite_head(stored, before)
    _put(_item("SEG#000000000012") | {"delta": {"S": '{"counters": {"events": 100}}'}})
    assert_found(stored, "index 12")
    assert stored.head(WORKSPACE, TRACE) == before
