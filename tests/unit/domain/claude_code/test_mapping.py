import pytest

from .written import AT, DEFAULT_TIME, as_bytes, events_of, kinds, line, mapped, user


def test_one_mapping_per_line():
    result = mapped(as_bytes(user("a"), "", "bad", user("b")))
    assert [(one.line_number, len(one.events)) for one in result] == [(1, 1), (2, 0), (3, 0), (4, 1)]


def test_a_uuid_seen_before_is_skipped():
    assert len(events_of(user("a", uuid="u1"), user("a", uuid="u1"), user("b", uuid="u2"))) == 2


def test_a_bad_line_does_not_use_up_its_uuid():
    bad = {**user("a", uuid="u1"), "message": "error"}
    assert len(events_of(bad, user("a", uuid="u1"))) == 1


@pytest.mark.parametrize(
    ("uuid", "start"),
    [
        ("u1", "u1/"),
        (None, "L1:"),
        ("", "L1:"),
        (7, "L1:"),
        ("x" * 97, "h-"),
        ("a b", "h-"),
        ("L1:0", "h-"),
        ("\ud800", "h-"),
    ],
)
def test_idempotency_keys(uuid, start):
    (event,) = events_of({**user("a"), "uuid": uuid})
    assert event["idempotency_key"].startswith(start)
    assert event["idempotency_key"].endswith("/0")
    assert len(event["idempotency_key"]) <= 128


def test_a_line_without_usable_timestamp_bears_the_one_before():
    moments = [None, AT, None, "soon", "0001-01-01T00:00:00Z", 1_700_000_000, "2026-05-04T13:00:00+02:00"]
    events = events_of(*({**user("x"), "timestamp": moment} for moment in moments))
    assert [event["timestamp"] for event in events] == [DEFAULT_TIME, AT, AT, AT, AT, AT, "2026-05-04T11:00:00.000Z"]


@pytest.mark.parametrize(
    ("sent", "kind", "payload"),
    [
        ({"type": "summary", "summary": "S", "leafUuid": "u"}, "custom.claude_code.summary", {"title": "S"}),
        ({"type": "custom-title", "customTitle": "T"}, "custom.claude_code.summary", {"title": "T"}),
        ({"type": "ai-title", "aiTitle": "T"}, "custom.claude_code.summary", {"title": "T"}),
        ({"type": "summary"}, "custom.claude_code.summary", {}),
        ({"type": "file-history-snapshot", "messageId": "m"}, "custom.claude_code.file_history_snapshot", {}),
        ({"type": "queue-operation", "operation": "enqueue"}, "custom.claude_code.queue_operation", {}),
        (line("attachment", attachment={"type": "file"}), "custom.claude_code.attachment", {}),
        ({"type": "Ärger " + "x" * 200}, "custom.claude_code._rger_" + "x" * 58, {}),
    ],
)
def test_other_lines_are_kept_whole(sent, kind, payload):
    (event,) = events_of(sent)
    assert (event["type"], event["payload"]) == (kind, {**payload, "line": sent})


def test_a_line_with_text_behind_it_is_taken():
    one = as_bytes(user("a")).rstrip(b"\n")
    assert (
        kinds([event for line in mapped(one + b" garbage\n" + one + b"\n") for event in line.events])
        == ["user_message"] * 2
    )


def test_metadata_stays_small():
    (event,) = events_of(user("x", uuid="u" * 9000, parentUuid="p" * 9000, agentId="a" * 9000))
    assert len(str(event["metadata"])) < 1000
