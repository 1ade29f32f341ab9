"""Reading an API Gateway proxy event."""

import gzip
import zlib

import pytest

from tests.unit.http.asking import proxy_event
from wakeline.domain.errors import Malformed, TooLarge
from wakeline.http.request import Request

LIMIT = 1000


def request(**said):
    return Request.of(proxy_event(**said), "fallback")


def gzipped(body, **headers):
    return request(method="POST", body=body, headers={"Content-Encoding": "gzip", **headers})


def test_a_body_comes_as_base64_or_as_text():
    assert request(body=b"\x00\xff").body(LIMIT) == b"\x00\xff"
    assert request(body="héé", base64_body=False).body(LIMIT) == "héé".encode()
    assert request().body(LIMIT) == b""


@pytest.mark.parametrize("text", ["no base64!", "aGk", "héé"])
def test_a_body_that_says_base64_and_is_not_reads_as_it_stands(text):
    event = proxy_event(body="x") | {"body": text}
    assert Request.of(event, "").body(LIMIT) == text.encode()


def test_a_body_of_lone_surrogates_is_read_without_failing():
    assert Request.of(proxy_event() | {"body": "\ud800"}, "").body(LIMIT) == b"\xed\xa0\x80"


def test_headers_are_found_whatever_their_case():
    assert request(headers={"X-Retrace-KEY": "k"}).headers == {"x-retrace-key": "k"}
    assert request(headers={"X-Retrace-KEY": "k"}).flat_errors
    assert not request(headers={"Authorization": "Bearer k"}).flat_errors


def test_missing_parts_of_an_event_are_empty():
    bare = Request.of({}, "fallback")
    assert (bare.method, bare.path, bare.headers, bare.query, bare.path_parameters) == ("GET", "/", {}, {}, {})
    assert (bare.id, bare.source_ip, bare.sent) == ("fallback", "", b"")


def test_path_parameters_are_decoded_once():
    read = request(path="/api/traces/a%2Fb%2520/events", path_parameters={"trace_id": "a%2Fb%2520"})
    assert read.path == "/api/traces/a/b%20/events"
    assert read.path_parameters == {"trace_id": "a/b%20"}


def test_a_path_that_is_not_utf8_decodes_to_replacement_characters():
    assert request(path_parameters={"trace_id": "%ff%00"}).path_parameters == {"trace_id": "\ufffd\x00"}


def test_every_value_of_a_query_parameter_is_kept():
    assert request(query={"tag": ["a", "b"], "limit": ["1"]}).query == {"tag": ["a", "b"], "limit": ["1"]}


@pytest.mark.parametrize("name", ["gzip", "GZIP", " gzip ", "x-gzip"])
def test_a_gzip_body_is_inflated(name):
    assert request(body=gzip.compress(b"hello"), headers={"Content-Encoding": name}).body(LIMIT) == b"hello"


def test_a_gzip_body_of_several_members_is_read_whole():
    assert gzipped(gzip.compress(b"hel") + gzip.compress(b"lo")).body(LIMIT) == b"hello"


def test_zero_padding_behind_a_gzip_body_is_passed_over():
    assert gzipped(gzip.compress(b"hello") + b"\x00" * 16).body(LIMIT) == b"hello"


def test_a_body_that_the_gateway_has_unpacked_already_is_taken_as_it_is():
    assert gzipped(b'{"a": 1}').body(LIMIT) == b'{"a": 1}'


@pytest.mark.parametrize("encoding", ["", "identity", "Identity"])
def test_an_identity_body_is_taken_as_it_is(encoding):
    assert request(body=b"x", headers={"content-encoding": encoding}).body(LIMIT) == b"x"


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd" * 50])
def test_another_encoding_is_named(encoding):
    with pytest.raises(Malformed) as raised:
        request(body=b"x", headers={"content-encoding": encoding}).body(LIMIT)
    assert encoding[:40] in raised.value.message
    assert len(raised.value.message) < 120


def test_the_limit_is_in_bytes_and_inclusive():
    assert len(request(body=b"x" * LIMIT).body(LIMIT)) == LIMIT
    with pytest.raises(TooLarge):
        request(body=b"x" * (LIMIT + 1)).body(LIMIT)
    assert len(gzipped(gzip.compress(b"x" * LIMIT)).body(LIMIT)) == LIMIT
    with pytest.raises(TooLarge):
        gzipped(gzip.compress(b"x" * (LIMIT + 1))).body(LIMIT)


def test_a_bomb_is_never_inflated_past_the_limit(monkeypatch):
    produced = []

    class Spy:
        def __init__(self, inflater):
            self._inflater = inflater

        def decompress(self, data, at_most):
            out = self._inflater.decompress(data, at_most)
            produced.append(len(out))
            return out

        def __getattr__(self, name):
            return getattr(self._inflater, name)

    real = zlib.decompressobj
    monkeypatch.setattr(zlib, "decompressobj", lambda bits: Spy(real(bits)))
    bomb = gzip.compress(b"\x00" * 50_000_000)
    with pytest.raises(TooLarge, match="inflated"):
        gzipped(bomb).body(LIMIT)
    assert sum(produced) <= LIMIT + 1


def test_a_body_of_very_many_members_is_refused():
    assert gzipped(gzip.compress(b"") * 64).body(LIMIT) == b""
    with pytest.raises(Malformed, match="members"):
        gzipped(gzip.compress(b"") * 65).body(LIMIT)


def test_a_bomb_of_many_members_is_stopped_too():
    with pytest.raises(TooLarge):
        gzipped(gzip.compress(b"x" * 400) * 1000).body(LIMIT)


@pytest.mark.parametrize("cut", [3, 12, -9, -1])
def test_a_cut_off_gzip_body_says_so(cut):
    with pytest.raises(Malformed, match="gzip"):
        gzipped(gzip.compress(b"hello hello hello")[:cut]).body(LIMIT)


def test_a_broken_gzip_body_says_so():
    broken = bytearray(gzip.compress(b"hello hello"))
    broken[-6] ^= 1
    with pytest.raises(Malformed, match="gzip"):
        gzipped(bytes(broken)).body(LIMIT)
    with pytest.raises(Malformed, match="gzip"):
        gzipped(gzip.compress(b"x") + b"garbage").body(LIMIT)


def test_the_fallback_id_stands_in_for_a_missing_request_id():
    event = proxy_event() | {"requestContext": {}}
    assert Request.of(event, "lambda-1").id == "lambda-1"
