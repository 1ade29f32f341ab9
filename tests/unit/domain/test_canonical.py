"""RFC 8785's own examples, and what has no canonical form."""

import contextlib
import json
import math
import struct

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from wakeline.domain.canonical import MAX_DEPTH, MAX_SAFE_INTEGER, canonical, read_canonical, read_json
from wakeline.domain.errors import Invalid, Malformed

# RFC 8785, appendix B: IEEE 754 bits and their JSON spelling.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "spelling"), NUMBERS.items())
def test_numbers_of_the_rfc(bits, spelling):
    assert canonical(struct.unpack(">d", bytes.fromhex(bits))[0]) == spelling.encode()


def test_sorting_example_of_the_rfc():
    """Section 3.2.3: names are sorted by their UTF-16 code units, not by code points."""
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    wanted = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical(dict.fromkeys(names, 0)))) == wanted


def test_string_example_of_the_rfc():
    """Section 3.2.2."""
    given_ = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 1e-27],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\u002f",
        "literals": [None, True, False],
    }
    wanted = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical(given_) == wanted.encode()


@pytest.mark.parametrize("value", [2**53, -(2**53), 10**400])
def test_integers_that_json_cannot_carry(value):
    assert canonical([MAX_SAFE_INTEGER, -MAX_SAFE_INTEGER]) == b"[9007199254740991,-9007199254740991]"
    with pytest.raises(Invalid, match="send it as a string") as caught:
        canonical({"deep": [value]}, "payload")
    assert caught.value.field == "payload"


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, "\ud800", "a\udfffb", {"\ud800": 1}, {1: 2}, object()]
)
def test_what_has_no_canonical_form(value):
    with pytest.raises(Invalid, match="no canonical JSON form") as caught:
        canonical([value], "metadata")
    assert caught.value.field == "metadata"


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def test_depth_is_bounded():
    assert read_json(nested(MAX_DEPTH)) is not None
    for levels in (MAX_DEPTH + 1, 1000, 200_000):
        with pytest.raises(Invalid, match="levels deep"):
            read_json(nested(levels))
    with pytest.raises(Invalid, match="levels deep"):
        read_json('{"a":' * 300 + "1" + "}" * 300)


MALFORMED = [
    b"",
    b"{",
    b"{} {}",
    b"nul",
    b'{"a":NaN}',
    b'{"a":Infinity}',
    b'{"a":-Infinity}',
    b'{"a":01}',
    b"{'a':1}",
    b'{"a":1,}',
    b'"\\ud800"',
    b'"\\udc00x"',
    b'"\xff"',
    b'"\xed\xa0\x80"',
    b'"a\nb"',
    b"\xef\xbb\xbf{}",
]


@pytest.mark.parametrize("body", MALFORMED)
def test_malformed_json(body):
    with pytest.raises(Malformed, match="not valid JSON"):
        read_json(body)


def test_a_number_of_many_digits_is_refused_or_has_no_canonical_form():
    for text in ("1" * 5000, "1e999", "-1e999"):
        with pytest.raises((Invalid, Malformed)):
            canonical(read_json(f'{{"a":{text}}}'))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


@given(JSON)
def test_the_library_writes_the_same(value):
    assert canonical(value) == rfc8785.dumps(value)


@given(JSON)
def test_reading_back_and_writing_again_gives_the_same_bytes(value):
    once = canonical({"payload": value})
    assert canonical(read_canonical(once)) == once


@pytest.mark.parametrize("number", [1e16, -1e16, 1e20, 123456789012345680000.0, 9007199254740992.0])
def test_a_float_that_is_spelt_as_a_long_integer_comes_back_as_a_float(number):
    for value in ({"a": number}, [number], [[1, number]], {"a": {"b": [0, number, 2]}}):
        held = read_canonical(canonical(value))
        assert held == value
        assert canonical(held) == canonical(value)
    assert read_canonical(b'{"a":"10000000000000000"}') == {"a": "10000000000000000"}


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(body):
    with contextlib.suppress(Malformed, Invalid):
        read_json(body)
