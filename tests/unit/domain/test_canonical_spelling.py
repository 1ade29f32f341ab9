"""`canonical` writes common values itself, for speed: it must write and refuse just what the reference library does."""

import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wakeline.domain.canonical import MAX_SAFE_INTEGER, canonical
from wakeline.domain.errors import Invalid

TEXT = st.text(st.characters(codec=None), max_size=12) | st.text(
    '\x00\x1f\x7f"\\/\b\t\u2028\ud800é\U0001f600\ufb33', max_size=6
)
NUMBERS = (
    st.floats()
    | st.integers()
    | st.sampled_from([MAX_SAFE_INTEGER, MAX_SAFE_INTEGER + 1, -MAX_SAFE_INTEGER - 1, -0.0, 1e16])
)
LEAVES = st.none() | st.booleans() | NUMBERS | TEXT
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(TEXT, inner, max_size=4)
        | st.dictionaries(st.integers() | TEXT, inner, max_size=2)
        | st.tuples(inner, inner)
    ),
    max_leaves=20,
)


class Name(str):
    """A string of another type."""


class Names(dict):
    """An object of another type."""


def reference(value):
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        return None


def ours(value):
    try:
        return canonical(value)
    except Invalid:
        return None


@settings(max_examples=400)
@given(VALUES)
@example({"\ufb33": 1, "\U0001f600": 2, "a": {"b": [True, None, 1.0]}})
@example({"a": {"\ud800": 1}})
@example({1: "a number is no name"})
@example({"a": ({1: 2},)})
@example({"a": Names({1: 2})})
@example({Name("b"): Name("\n"), "a": 1})
@example([{}, [], "", {"": ""}, object()])
def test_the_same_bytes_as_the_reference_or_the_same_refusal(value):
    assert ours(value) == reference(value)
