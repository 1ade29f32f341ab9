"""GET /api/traces/{trace_id}/events"""

import pytest

from tests.endpoints.stack import pages
from tests.factories import llm_call, message


def listed(stack, workspace, trace_id="trc_1", key=None, **query):
    return stack.call("GET", f"/api/traces/{trace_id}/events", key=key or workspace.reader, **query)


def seqs(answer):
    assert answer.status == 200, answer.body
    return [event["seq"] for event in answer.json["events"]]


@pytest.fixture
def trace(workspace):
    """Twelve events in segments of five, seq 0, 10, … 110; every third is an llm_call."""
    trace = workspace.trace("trc_1")
    sent = [(llm_call() if n % 3 == 2 else message(str(n))) | {"seq": n * 10} for n in range(12)]
    workspace.append(trace.id, sent, size=5)
    return trace


def test_anonymous(stack, trace):
    assert stack.call("GET", "/api/traces/trc_1/events").status == 401


def test_missing_scope(stack, workspace, trace):
    assert listed(stack, workspace, key=workspace.writer).status == 403


def test_another_workspaces_trace_is_not_there(stack, workspace, elsewhere, trace):
    theirs = listed(stack, elsewhere)
    nobodys = listed(stack, elsewhere, "trc_no")
    assert theirs.status == nobodys.status == 404
    assert theirs.error["message"] == nobodys.error["message"]


def test_another_projects_trace_is_not_there(stack, workspace, trace):
    assert listed(stack, workspace, key=workspace.key(project="proj_2")).status == 404
    assert listed(stack, workspace, key=workspace.key(project="proj_1")).status == 200


@pytest.mark.parametrize("trace_id", ["%20", "a%2Fb", "%00", "a%23b", "x" * 3000])
def test_an_id_that_can_be_no_traces_is_404(stack, workspace, trace_id):
    assert listed(stack, workspace, trace_id).status == 404


def test_events_come_with_what_verifies_them(stack, workspace, trace):
    answer = listed(stack, workspace, limit=1).json
    assert answer.keys() == {"events", "next_cursor"}
    (event,) = answer["events"]
    assert event.keys() == {
        "trace_id", "index", "seq", "id", "type", "timestamp", "received_at", "actor", "span_id", "parent_id",
        "idempotency_key", "payload", "metadata", "payload_salt", "payload_digest", "prev_hash", "integrity_hash",
        "event_type", "actor_type", "actor_name", "description", "status", "policy_version", "approval_request_id",
    }  # fmt: skip
    assert (event["type"], event["actor"], event["payload"]) == (
        "user_message",
        {"type": "user", "name": "user"},
        {"content": "0"},
    )


def test_a_trace_without_events(stack, workspace):
    workspace.trace("trc_0")
    assert listed(stack, workspace, "trc_0").json == {"events": [], "next_cursor": None}
    assert listed(stack, workspace, "trc_0", after_seq=5).json == {"events": [], "next_cursor": None}


@pytest.mark.parametrize("start", [0, 1, 4, 5, 11, 12, 10**9])
def test_from_index_begins_at_a_place(stack, workspace, trace, start):
    assert seqs(listed(stack, workspace, from_index=start)) == list(range(start * 10, 120, 10))


def test_from_index_goes_on_by_cursor(stack, workspace, trace):
    first = listed(stack, workspace, from_index=7, limit=3).json
    assert [event["index"] for event in first["events"]] == [7, 8, 9]
    assert seqs(listed(stack, workspace, cursor=first["next_cursor"])) == [100, 110]


@pytest.mark.parametrize("query", [{"from_index": -1}, {"from_index": "x"}, {"from_index": 3, "after_seq": 3}])
def test_a_from_index_that_does_not_fit_is_named(stack, workspace, trace, query):
    answer = listed(stack, workspace, **query)
    assert (answer.status, answer.error["details"][0]["field"]) == (422, "from_index")


@pytest.mark.parametrize(
    ("after", "first"),
    [
        (-1, 0),
        (0, 10),
        (1, 10),
        (9, 10),
        (10, 20),
        (49, 50),
        (50, 60),
        (109, 110),
        (110, None),
        (111, None),
        (9**30, None),
    ],
)
def test_after_seq_goes_on_behind_a_number(stack, workspace, trace, after, first):
    expected = [] if first is None else list(range(first, 120, 10))
    answer = listed(stack, workspace, after_seq=after)
    assert seqs(answer) == expected
    assert answer.json["next_cursor"] is None


@pytest.mark.parametrize("limit", [1, 4, 5, 12, 13])
def test_pages_hold_every_event_once(stack, workspace, trace, limit):
    found = pages(lambda cursor: listed(stack, workspace, limit=limit, cursor=cursor), "events")
    assert [event["seq"] for event in found] == list(range(0, 120, 10))
    assert len(seqs(listed(stack, workspace, limit=limit))) == min(12, limit)


def test_pages_of_one_type(stack, workspace, trace):
    found = pages(lambda cursor: listed(stack, workspace, limit=3, type="llm_call", cursor=cursor), "events")
    assert [event["seq"] for event in found] == [20, 50, 80, 110]
    assert seqs(listed(stack, workspace, type="llm_call", after_seq=50)) == [80, 110]
    assert seqs(listed(stack, workspace, type="no_such")) == []


def test_what_is_appended_between_two_pages_is_read(stack, workspace, trace):
    cursor = listed(stack, workspace, limit=10).json["next_cursor"]
    workspace.append("trc_1", [message("late")])
    assert seqs(listed(stack, workspace, cursor=cursor)) == [100, 110, 111]


def test_a_page_is_bounded_in_bytes(stack, workspace):
    trace = workspace.trace("trc_1")
    workspace.append(trace.id, [message(str(n) + "x" * 1_000_000) for n in range(6)], size=2)
    first = listed(stack, workspace)
    assert len(first.body) < 5_000_000
    assert len(first.json["events"]) == 4
    found = pages(lambda cursor: listed(stack, workspace, cursor=cursor), "events")
    assert [event["payload"]["content"][0] for event in found] == list("012345")


def test_a_page_of_any_script_is_bounded_in_bytes(stack, workspace):
    trace = workspace.trace("trc_1")
    workspace.append(trace.id, [message(str(n) + "語" * 400_000) for n in range(5)], size=2)
    found = pages(lambda cursor: listed(stack, workspace, cursor=cursor), "events")
    assert [event["payload"]["content"][0] for event in found] == list("01234")


def test_an_empty_parameter_is_as_good_as_absent(stack, workspace, trace):
    assert seqs(listed(stack, workspace, limit="", after_seq="", type="", cursor="")) == list(range(0, 120, 10))
    assert seqs(listed(stack, workspace, limit=["1", "2"])) == [0, 10]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"limit": "abc"}, "limit"),
        ({"limit": "1e2"}, "limit"),
        ({"after_seq": -2}, "after_seq"),
        ({"after_seq": "x"}, "after_seq"),
        ({"type": "x" * 200}, "type"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "é"}, "cursor"),
        ({"cursor": "x" * 3000}, "cursor"),
        ({"cursor": "e30"}, "cursor"),
        ({"cursor": "eyJpbmRleCI6LTF9"}, "cursor"),
    ],
    ids=str,
)
def test_a_parameter_that_does_not_fit_is_named(stack, workspace, trace, query, field):
    answer = listed(stack, workspace, **query)
    assert (answer.status, answer.error["code"]) == (422, "validation_error")
    assert answer.error["details"][0]["field"] == field


def test_a_cursor_belongs_to_its_trace_and_filter(stack, workspace, elsewhere, trace):
    cursor = listed(stack, workspace, limit=2).json["next_cursor"]
    workspace.append(workspace.trace("trc_2").id, [message()])
    elsewhere.append(elsewhere.trace("trc_1").id, [message()])
    for answer in (
        listed(stack, workspace, "trc_2", cursor=cursor),
        listed(stack, workspace, type="llm_call", cursor=cursor),
        listed(stack, elsewhere, cursor=cursor),
    ):
        assert (answer.status, answer.error["details"][0]["field"]) == (422, "cursor")


def test_a_deleted_traces_events_are_gone(stack, workspace, trace):
    cursor = listed(stack, workspace, limit=2).json["next_cursor"]
    assert stack.call("DELETE", "/api/v1/traces/trc_1", key=workspace.writer).status == 204
    assert listed(stack, workspace).status == 404
    assert listed(stack, workspace, cursor=cursor).status == 404
