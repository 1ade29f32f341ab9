import pytest

from wakeline.domain.claude_code import BadLine, digest, read

from .written import as_bytes, assistant, line, user


def test_lines_are_numbered_with_blank_and_bad_ones():
    transcript = read(as_bytes(user("a"), "", "nonsense", user("b")))
    assert [(one.number, one.value is not None) for one in transcript.lines] == [
        (1, True),
        (2, False),
        (3, False),
        (4, True),
    ]
    assert [bad.number for bad in transcript.bad] == [3]


@pytest.mark.parametrize("tail", [b"", b'{"type":"us', b'"massive error', b"42", b"  ", b'{"type":"user"'])
def test_a_partial_last_line_is_neither_taken_nor_reported(tail):
    transcript = read(as_bytes(user("a")) + tail)
    assert len(transcript.lines) == 1
    assert transcript.bad == []


def test_a_whole_last_object_without_newline_is_taken():
    whole = as_bytes(user("a"), user("b"))
    assert read(whole.rstrip(b"\n")).lines == read(whole).lines


@pytest.mark.parametrize("ending", [b"\r\n", b" \t\n"])
def test_blanks_around_a_line_do_not_matter(ending):
    whole = as_bytes(user("a"), user("b"))
    assert read(b"\xef\xbb\xbf" + whole.replace(b"\n", ending)).lines == read(whole).lines


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('"massive error"', "not a JSON object"),
        ("42", "not a JSON object"),
        ("null", "not a JSON object"),
        ("[1]", "not a JSON object"),
        ('{"silly": "this"}', "has no type"),
        ('{"type": 7}', "has no type"),
        ({**user(""), "message": "error"}, "message is not an object"),
        ({**user(""), "message": {"contenst": []}}, "message.content is neither text nor a list of blocks"),
        ({**assistant(), "message": {"content": 1}}, "message.content is neither text nor a list of blocks"),
    ],
)
def test_a_bad_line_is_reported_and_the_rest_goes_in(bad, reason):
    transcript = read(as_bytes(user("a"), bad, user("b")))
    assert transcript.bad == [BadLine(2, reason)]
    assert [one.value is None for one in transcript.lines] == [False, True, False]


def test_usage_alone_is_enough_for_an_assistant_line():
    assert read(as_bytes({**assistant(), "message": {"usage": {"input_tokens": 1}}})).bad == []


def test_the_digest_of_a_prefix_is_that_of_the_shorter_file():
    longer = read(as_bytes(user("a"), "bad", user("b"), user("c")))
    shorter = read(as_bytes(user("a"), "bad"))
    assert len(digest(longer.lines)) == 4
    assert digest(longer.lines).digest_at(2) == digest(shorter.lines).digest_at(2)
    assert digest(longer.lines).digest_at(3) != digest(shorter.lines).digest_at(2)
    assert digest([]).digest_at(0) == digest(longer.lines).digest_at(0)
    with pytest.raises(IndexError):
        digest(shorter.lines).digest_at(3)
    with pytest.raises(IndexError):
        digest(shorter.lines).digest_at(-1)


def test_the_digest_sees_every_change():
    base = digest(read(as_bytes(user("a"), user("b"))).lines).digest_at(2)
    assert digest(read(as_bytes(user("b"), user("a"))).lines).digest_at(2) != base
    assert digest(read(as_bytes(user("a"), user("B"))).lines).digest_at(2) != base


def test_meta_of_a_file_on_disk():
    data = as_bytes(
        {"type": "summary", "summary": "another session's", "leafUuid": "not here"},
        user("hi", uuid="u1", cwd="/repo", gitBranch="main", version="2.0.5"),
        assistant(model="<synthetic>", uuid="u2"),
        assistant(model="model-b", uuid="u3", timestamp="2026-05-04T11:00:00+01:00"),
        user("bye", timestamp="2026-05-05T00:00:00Z", sessionId="s-2", cwd="/elsewhere"),
    )
    transcript = read(data)
    assert transcript.session_id == "s-1"
    assert transcript.meta == {
        "format": "disk",
        "is_subagent": False,
        "session_id": "s-1",
        "cwd": "/repo",
        "branch": "main",
        "version": "2.0.5",
        "model": "model-b",
        "first_timestamp": "2026-05-04T10:00:00.000Z",
        "last_timestamp": "2026-05-05T00:00:00.000Z",
    }


def test_meta_of_a_stream():
    init = {
        "type": "system",
        "subtype": "init",
        "session_id": "s-9",
        "cwd": "/app",
        "model": "m",
        "claude_code_version": "2.1",
    }
    meta = read(as_bytes(init)).meta
    assert meta["format"] == "stream-json"
    assert (meta["session_id"], meta["model"], meta["version"]) == ("s-9", "m", "2.1")


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ([{"type": "summary", "summary": "S", "leafUuid": "u1"}, user("x", uuid="u1")], "S"),
        ([{"type": "summary", "summary": "S"}], "S"),
        ([{"type": "summary", "summary": "S", "leafUuid": "elsewhere"}, user("x", uuid="u1")], None),
        ([{"type": "ai-title", "aiTitle": "A"}, {"type": "summary", "summary": "S"}], "A"),
        ([{"type": "custom-title", "customTitle": "C"}, {"type": "ai-title", "aiTitle": "A"}], "C"),
        ([{"type": "ai-title", "aiTitle": "A"}, {"type": "ai-title", "aiTitle": "B"}], "B"),
        ([{"type": "ai-title", "aiTitle": 7}], None),
    ],
)
def test_the_title(lines, title):
    assert read(as_bytes(*lines)).meta.get("title") == title


def test_a_subagents_own_file():
    data = as_bytes(*(user("x", isSidechain=True, agentId="a1b2") for _ in range(2)))
    assert read(data).meta["is_subagent"] is True
    assert read(data).meta["agent_id"] == "a1b2"
    assert read(data + as_bytes(line("system", subtype="x"))).meta["is_subagent"] is False
