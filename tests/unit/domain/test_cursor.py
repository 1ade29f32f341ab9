"""Cursors: read back as spelt, by the same question only, and never anything but a named refusal."""

import base64
import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeline.domain import cursor
from wakeline.domain.errors import Invalid


class Place(cursor.Position):
    at: int
    skip: int = 0


MINE = cursor.binding_of("list", "ws_1", None, {"author": "alice"})


def test_there_and_back():
    spelt = cursor.spell(Place(at=3, skip=2), MINE)
    assert (read := cursor.read(spelt, Place, MINE)).at == 3
    assert read.skip == 2
    assert set(spelt) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "question",
    [
        ("list", "ws_2", None, {"author": "alice"}),
        ("list", "ws_1", "p", {"author": "alice"}),
        ("list", "ws_1", None, {}),
    ],
)
def test_another_question(question):
    with pytest.raises(Invalid, match="another query") as refused:
        cursor.read(cursor.spell(Place(at=3), MINE), Place, cursor.binding_of(*question))
    assert refused.value.field == "cursor"


def spelt(value) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "", "!", "é", "=", "e30", spelt([]), spelt({"at": "3", "binding": MINE}), spelt({"at": 3.5, "binding": MINE}),
        spelt({"at": 3, "binding": MINE, "more": 1}), spelt({"at": True, "binding": MINE}), "A" * 3000,
    ],
)  # fmt: skip
def test_what_we_did_not_spell(text):
    with pytest.raises(Invalid) as refused:
        cursor.read(text, Place, MINE)
    assert refused.value.field == "cursor"


@given(st.text(max_size=60) | st.binary(max_size=40).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_text_is_refused_or_read(text):
    with contextlib.suppress(Invalid):
        cursor.read(text, Place, MINE)
