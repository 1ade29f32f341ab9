import pytest

from wakeline.domain.canonical import MAX_DEPTH, canonical
from wakeline.domain.claude_code.jsonl import parse


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (
            b"[9007199254740991, -9007199254740992, 123456789012345678901234567890]",
            [2**53 - 1, "-9007199254740992", "123456789012345678901234567890"],
        ),
        (b"[1e5, 1e999, -1e999]", [1e5, "1e999", "-1e999"]),
        (rb'["\ud83d\ude00", "\ud83d", "x\udc00y"]', ["\U0001f600", "\ufffd", "x\ufffdy"]),
        (rb'{"\udfff": 1}', {"\ufffd": 1}),
        (b'"a\xff\xfeb"', "a\ufffd\ufffdb"),
    ],
)
def test_what_json_cannot_carry_is_replaced(raw, value):
    parsed = parse(raw)
    assert (parsed.value, parsed.error) == (value, None)
    canonical(parsed.value)


@pytest.mark.parametrize("raw", [b"", b"{", b"NaN", b'{"a":Infinity}', b"[-Infinity]", b"nonsense", b"\0\0\0", b"'a'"])
def test_what_is_not_json_is_an_error(raw):
    parsed = parse(raw)
    assert parsed.value is None
    assert parsed.error is not None
    assert parsed.error.startswith("not valid JSON")


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 900, 200_000])
def test_deep_nesting_is_an_error(levels):
    parsed = parse(b"[" * levels + b"]" * levels)
    assert parsed.value is None
    assert parsed.error == f"nested more than {MAX_DEPTH} levels deep"


def test_nesting_up_to_the_limit_is_read():
    levels = MAX_DEPTH
    assert parse(b"[" * levels + b"]" * levels).error is None


def test_text_behind_an_object_is_passed_over_and_reported():
    parsed = parse(b'{"a": "\xff"} {"b": 2}')
    assert parsed.value == {"a": "\ufffd"}
    assert parsed.used == b'{"a": "\xff"}'
    assert parsed.error == "text after the JSON value was passed over"
