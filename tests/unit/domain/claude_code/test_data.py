import base64
import gzip

import pytest

from wakeline.domain.claude_code import decode
from wakeline.domain.claude_code.data import MAX_LINES
from wakeline.domain.errors import Invalid, TooLarge

LINES = '{"type":"user"}\n{"type":"é"}\n'


def packed(data: bytes) -> str:
    return base64.b64encode(gzip.compress(data, mtime=0)).decode()


def test_plain_text_is_taken_as_utf8():
    assert decode(LINES, 1000) == LINES.encode()


def test_lone_surrogates_in_plain_text_do_not_raise():
    assert decode("\ud800", 10) == b"?"


@pytest.mark.parametrize(
    "spelling",
    [str, lambda text: "\n".join(text[i : i + 20] for i in range(0, len(text), 20)), lambda text: text.rstrip("=")],
)
def test_base64_of_gzip_is_unpacked(spelling):
    assert decode(spelling(packed(LINES.encode())), 1000) == LINES.encode()


def test_several_gzip_members_are_one_transcript():
    both = base64.b64encode(gzip.compress(b"a\n") + gzip.compress(b"b\n")).decode()
    assert decode(both, 4) == b"a\nb\n"
    with pytest.raises(TooLarge):
        decode(both, 3)


@pytest.mark.parametrize("data", ["x" * 101, packed(b"x" * 101), packed(bytes(50_000_000))])
def test_more_than_the_limit_is_refused(data):
    with pytest.raises(TooLarge) as refused:
        decode(data, 100)
    assert refused.value.field == "data"


@pytest.mark.parametrize("data", [packed(b"x" * 1000)[:-8], "H4sI!!!!", "H4sIAAAA", "H4s"])
def test_broken_packing_is_refused(data):
    with pytest.raises(Invalid) as refused:
        decode(data, 10_000)
    assert refused.value.field == "data"


def test_megabytes_of_newlines_are_refused():
    assert decode("\n" * MAX_LINES, 10**6) == b"\n" * MAX_LINES
    for data in ("\n" * (MAX_LINES + 1), packed(b"1\n" * 2_000_000)):
        with pytest.raises(TooLarge):
            decode(data, 10**7)
