import pytest

from wakeline.domain.errors import Invalid
from wakeline.domain.ids import is_id, is_printable, require_id


@pytest.mark.parametrize("text", ["a", "Z", "0", ".", "_", ":", "-", "a" * 128, "trc_01J:x.y-z", ".."])
def test_ids(text):
    assert is_id(text)
    assert require_id(text, "id") == text


@pytest.mark.parametrize(
    "text",
    ["", "a" * 129, "a" * 10_000, "a b", "a/b", "a#b", "a\n", "\n", "a\x00", "é", "١", "a\u200b", None, 1, ["a"]],
)
def test_not_ids(text):
    assert not is_id(text)
    with pytest.raises(Invalid, match="trace_id must be") as caught:
        require_id(text, "trace_id")
    assert caught.value.field == "trace_id"


def test_printable():
    assert is_printable("Ünï ☃ 𝄞 ok")
    for text in ("a\nb", "\x00", "\x7f", "\x85", "\u2028", "\u2029", "\ud800"):
        assert not is_printable(text)
