"""The chain, computed again by code that knows its description only; and vectors that must never change."""

import hashlib
import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOON, batch, llm_call, make_trace, message
from tests.fakes.env import fixed_env
from wakeline.domain import chain
from wakeline.domain.append import build, sift

NOT_HASHED = ("payload", "metadata", "payload_salt", "prev_hash", "integrity_hash", "trace_id")


def shown_events(sent) -> list[dict[str, Any]]:
    """Events as the API shows them, by way of JSON text."""
    env, trace = fixed_env(), make_trace()
    segment, _ = build(trace, sift(trace, sent, {}).new, NOON, lambda: env.new_id("evt"), env.salt)
    return json.loads(json.dumps([event.to_json("trc_1") for event in segment.events()]))


def recheck(workspace: str, trace: str, events: list[dict[str, Any]]) -> str:
    """As a stranger would do it, with the docstring of `wakeline.domain.chain` in hand. Returns the last hash."""
    last = hashlib.sha256(b"\x01" + workspace.encode() + b"\x00" + trace.encode()).hexdigest()
    for event in events:
        assert event["prev_hash"] == f"sha256:{last}"
        if event["payload"] is not None:
            content = rfc8785.dumps({"payload": event["payload"], "metadata": event["metadata"]})
            digest = hashlib.sha256(bytes.fromhex(event["payload_salt"]) + content).hexdigest()
            assert event["payload_digest"] == f"sha256:{digest}"
        envelope = {name: value for name, value in event.items() if name not in NOT_HASHED and value is not None}
        last = hashlib.sha256(b"\x00" + bytes.fromhex(last) + rfc8785.dumps(envelope)).hexdigest()
        assert event["integrity_hash"] == f"sha256:{last}"
    return last


SENT = batch(
    message(
        "hé\u2028llo\t\"'\\", idempotency_key='k,"received_at":"x', span_id="s", parent_id="p", metadata={"b": 1.5}
    ),
    llm_call(),
    {"type": "custom.anything", "seq": 40, "payload": {"received_at": ',"received_at":"'}, "actor": {"type": "system"}},
)


def test_a_stranger_computes_the_same_hashes():
    recheck("ws_1", "trc_1", shown_events(SENT))


def test_a_stranger_can_do_so_after_erasure():
    events = shown_events(SENT)
    for event in events[1:]:
        event["payload"] = event["metadata"] = event["payload_salt"] = None
    recheck("ws_1", "trc_1", events)


def test_vectors():
    """What is recorded today must verify for as long as there are readers: these never change."""
    assert chain.genesis("ws_1", "trc_1").hex() == GENESIS
    events = shown_events(SENT)
    assert [event["payload_digest"].removeprefix("sha256:") for event in events] == DIGESTS
    assert [event["integrity_hash"].removeprefix("sha256:") for event in events] == HASHES


GENESIS = "b96ee662e54b39779aaba8670eff87c71606b72a7cd5e951fccbfcdd9e3ec385"
DIGESTS = [
    "3e29f8b0d0007d82f2dc26e9c79d88210d29daaa9649aaa7b2ffcb77240ac82b",
    "c336b416f128a58626aa37088c77ce3258739059e9549d80f4e7d2f2c5120801",
    "dbd3e1bfd407b28c381e9bedae7a10f723424d3cc2bffe8d7ca362640107ae4c",
]
HASHES = [
    "3f57833c7c89df5b19056fb27a7e6d935edec98700c0d205425828db0582b113",
    "815e2bcad1338d05ebfbd02c927680814248569a42790a1f23bb598c386fad2b",
    "ca59bffa7bebf07dfc57b7395a47a6472bb07ec5fa18158031b7ae1dc0876fc2",
]


def test_no_two_places_share_a_first_hash():
    places = [("a", "bc"), ("ab", "c"), ("abc", ""), ("a", "b"), ("b", "a")]
    assert len({chain.genesis(*place) for place in places}) == len(places)


@given(st.binary(min_size=32, max_size=32))
def test_spelling(digest):
    assert chain.unspell(chain.spell(digest)) == digest


@pytest.mark.parametrize(
    "text", ["", "sha256:", "sha256:" + "0" * 63, "sha256:" + "0" * 65, "sha512:" + "0" * 64, "sha256:" + "g" * 64]
)
def test_misspelt(text):
    with pytest.raises(ValueError, match=r"sha256|hexadecimal"):
        chain.unspell(text)
