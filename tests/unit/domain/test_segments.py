import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOON, batch, make_trace, message
from tests.fakes.env import fixed_env
from wakeline.domain import chain
from wakeline.domain.append import build, sift
from wakeline.domain.segments import Damaged, Segment, decode, encode_body, recompute

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)
OBJECTS = st.dictionaries(TEXT, VALUES, max_size=4)


def segment_of(*raw) -> Segment:
    env, trace = fixed_env(), make_trace()
    segment, rejected = build(trace, sift(trace, batch(*raw), {}).new, NOON, lambda: env.new_id("evt"), env.salt)
    assert rejected == []
    return segment


@given(st.lists(st.tuples(OBJECTS, st.none() | OBJECTS), min_size=1, max_size=5))
def test_events_come_back_as_they_were_sent(sent):
    segment = segment_of(*({"type": "custom.x", "payload": payload, "metadata": meta} for payload, meta in sent))
    events = list(segment.events())
    assert [(event.payload, event.metadata) for event in events] == sent
    assert (segment.count, segment.last_index) == (len(sent), len(sent) - 1)
    assert events[-1].integrity_hash == segment.head_hash
    for line, event in zip(segment.lines(), events, strict=True):
        assert recompute(line, event) == event.integrity_hash


def test_optional_fields_are_absent_from_the_envelope_and_null_when_shown():
    (event,) = segment_of(message()).events()
    assert event.envelope.keys().isdisjoint({"span_id", "parent_id", "idempotency_key"})
    shown = event.to_json("trc_1")
    assert (shown["span_id"], shown["parent_id"], shown["idempotency_key"]) == (None, None, None)
    assert shown["timestamp"] == shown["received_at"] == NOON


def test_an_erased_event():
    segment = segment_of(message("secret", metadata={"a": 1}), message("kept"))
    first, second = segment.events()
    lines = segment.lines()
    own_hash, _, envelope, _ = lines[0].split(b"\t")
    lines[0] = b"\t".join((own_hash, chain.spell(first.payload_digest).encode(), envelope, b""))
    erased, kept = replace(segment, body=encode_body(lines)).events()
    assert (erased.payload, erased.metadata, erased.salt, erased.body) == (None, None, None, {})
    assert (erased.payload_digest, erased.integrity_hash) == (first.payload_digest, first.integrity_hash)
    assert kept == second
    assert recompute(lines[0], erased) == first.integrity_hash


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"garbage",
        zlib.compress(b"no line end"),
        zlib.compress(b"one field\n"),
        zlib.compress(b"a\tb\tc\td\n"),
        zlib.compress(b"a\tb\tc\td\te\n"),
        zlib.compress(b"00\t00\t{}\t[]\n"),
        zlib.compress(b"00\t00\t{}\t{}\n"),
        zlib.compress(b"\n"),
        zlib.compress(bytes(50 * 1024 * 1024), 1),
    ],
)
def test_damaged_bodies(body):
    with pytest.raises(Damaged, match="segment at index 0 is damaged"):
        list(replace(segment_of(message()), body=body).events())


@given(st.data())
def test_any_cut_or_flip_of_a_body_is_damage_or_another_hash(data):
    segment = segment_of(message("a"), message("b"))
    at = data.draw(st.integers(0, len(segment.body) - 1))
    flipped = bytearray(segment.body)
    flipped[at] ^= data.draw(st.integers(1, 255))
    for body in (bytes(flipped), segment.body[:at]):
        changed = replace(segment, body=body)
        try:
            lines = changed.lines()
        except Damaged:
            continue
        # zlib's header has bits that change nothing.
        assert lines == segment.lines()


@given(st.binary(max_size=60))
def test_any_line_is_read_or_refused_with_an_error_that_readers_know(line):
    try:
        decode(line, bytes(32))
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    else:
        pytest.fail("a random line cannot be an event")
