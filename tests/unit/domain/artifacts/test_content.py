"""What bytes really are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.files import FILES, PNG
from wakeline.domain.artifacts import content
from wakeline.domain.artifacts.content import Inspector, fault_of
from wakeline.domain.artifacts.media_types import MEDIA_TYPES, media_type

HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def inspected(name, *pieces):
    inspector = Inspector(media_type(name))
    for piece in pieces:
        inspector.feed(piece)
    return inspector.fault()


@pytest.mark.parametrize("media", MEDIA_TYPES, ids=lambda media: media.name)
def test_each_type_is_itself_and_no_other(media):
    assert fault_of(FILES[media.name], media) is None
    for other in MEDIA_TYPES:
        if not other.is_text and other != media:
            assert fault_of(FILES[media.name], other) == f"is not {other.name}"


@pytest.mark.parametrize("media", MEDIA_TYPES, ids=lambda media: media.name)
def test_html_is_only_ever_text(media):
    assert (fault_of(HTML, media) is None) is (media.name == "text/plain")


@pytest.mark.parametrize("media", MEDIA_TYPES, ids=lambda media: media.name)
def test_nothing_is_nothing(media):
    assert fault_of(b"", media) == "is empty"


@given(st.data(), st.sampled_from(MEDIA_TYPES), st.binary(max_size=200))
def test_pieces_do_not_matter(data, media, tail):
    whole = FILES[media.name] + tail
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    inspector = Inspector(media)
    for piece in pieces:
        inspector.feed(piece)
    assert inspector.fault() == fault_of(whole, media)
    assert inspector.size == len(whole)


@given(st.binary(max_size=400), st.sampled_from(MEDIA_TYPES))
def test_any_bytes(raw, media):
    assert fault_of(raw, media) is None or isinstance(fault_of(raw, media), str)


@pytest.mark.parametrize(
    ("head", "is_mp3"),
    [("fffb9044", True), ("fff39044", True), ("fffbf044", False), ("fffb9c44", False), ("fff15080", False),
     ("fffe4100", False), ("49443303", True), ("49443309", False)],
)  # fmt: skip
def test_mp3_with_and_without_a_tag(head, is_mp3):
    assert (fault_of(bytes.fromhex(head) + b"\0" * 20, media_type("audio/mpeg")) is None) is is_mp3


@pytest.mark.parametrize("text", ["plain", "Ä ☃", "\ufeffwith a mark", "a\tb\r\n\x1b[31mred\x1b[0m\f"])
def test_text(text):
    assert fault_of(text.encode(), media_type("text/plain")) is None


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"a\x00b", b"\xc3", b"ok\xed\xa0\x80", PNG, "x".encode("utf-16")])
def test_what_is_no_text(raw):
    assert "not" in str(fault_of(raw, media_type("text/plain")))


def test_a_character_cut_in_two_is_text():
    assert inspected("text/plain", b"\xe2\x98", b"\x83") is None


@pytest.mark.parametrize("raw", [b"{}", b" [1, 2]\n", b'"x"', b"\xef\xbb\xbf{}", b"null", b"[" * 500 + b"]" * 500])
def test_json(raw):
    assert fault_of(raw, media_type("application/json")) is None


@pytest.mark.parametrize("raw", [b"{", b"{} {}", b"{'a': 1}", b"   ", b"[1,]"])
def test_what_is_no_json(raw):
    assert fault_of(raw, media_type("application/json")) == "is not application/json"


def test_lines_of_json():
    assert inspected("application/x-ndjson", b'{"a":', b"1}\n\n", b"[2]") is None
    assert inspected("application/x-ndjson", b"{}\n{") == "is not application/x-ndjson"
    assert inspected("application/x-ndjson", b"{}\nx\n{}") == "is not application/x-ndjson"


def test_long_json_is_judged_by_its_ends(monkeypatch):
    monkeypatch.setattr(content, "MAX_PARSED", 20)
    long = json.dumps(["x" * 50]).encode()
    assert inspected("application/json", long[:30], long[30:] + b"\n") is None
    assert inspected("application/json", long[:30], b"html>") == "is not application/json"
    assert inspected("application/x-ndjson", long[:30], long[30:] + b"\n", long) is None
    assert inspected("application/x-ndjson", long[:-1] + b"\n", b"[1]") == "is not application/x-ndjson"


@pytest.mark.parametrize("cut", range(4))
def test_what_is_said_first_does_not_depend_on_the_pieces(cut):
    media = next(media for media in MEDIA_TYPES if media.name == "application/json")
    whole = FILES[media.name] + b"\x00\x80"
    inspector = Inspector(media)
    inspector.feed(whole[: len(whole) - cut])
    inspector.feed(whole[len(whole) - cut :])
    assert inspector.fault() == "is not text: it holds control characters"
