"""The room of an answer: never more than a Lambda may send."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeline.domain.views.room import ANSWER_BYTES, MAX_VALUE, Room, weigh

LAMBDA = 6 * 1024 * 1024


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_weight_is_what_a_value_takes_in_the_proxy_answer(value):
    body = json.dumps(value, ensure_ascii=False)
    around = len(json.dumps({"body": ""}))
    assert weigh(value) + around - 2 == len(json.dumps({"body": body}))


@pytest.mark.parametrize("text", ["x", "\\", '"', "é", "\x00", "\U0001f600"])
def test_a_full_room_fits_into_an_answer(text):
    room = Room()
    items: list[dict] = []
    while not room.full:
        item: dict = {"id": len(items)}
        room.add(item)
        room.put(item, "content", text * 5000)
        items.append(item)
    for item in items:
        room.put(item, "response", text * 5000)
    assert ANSWER_BYTES - 500_000 < len(json.dumps({"body": json.dumps(items, ensure_ascii=False)})) < LAMBDA


@pytest.mark.parametrize("value", ["x" * MAX_VALUE, {"a": "x" * MAX_VALUE}, ["x" * MAX_VALUE]])
def test_too_large_a_value_is_shown_by_its_beginning(value):
    room = Room()
    item: dict = {}
    room.put(item, "content", value)
    assert item["truncated"]
    assert weigh(item) < 1000
    assert type(item["content"]) is (dict if isinstance(value, dict) else str)
