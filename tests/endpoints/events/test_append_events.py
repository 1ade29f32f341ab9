"""POST /api/traces/{trace_id}/events"""

import gzip
import json

import pytest

from tests.endpoints.bad_bodies import nested
from tests.factories import message
from wakeline.domain.payloads import PAYLOADS

NOT_MONOTONIC = "seq must be monotonic for this session"


def append(stack, key, body, trace_id="trc_1", **said):
    return stack.call("POST", f"/api/traces/{trace_id}/events", key=key, body=body, **said)


def events(stack, workspace, trace_id="trc_1", **query):
    return stack.call("GET", f"/api/traces/{trace_id}/events", key=workspace.reader, **query).json["events"]


def holds(stack, workspace, trace_id="trc_1"):
    """Whether the chain of the trace verifies."""
    return stack.call("GET", f"/api/v1/traces/{trace_id}/verify", key=workspace.reader).json["valid"]


@pytest.fixture
def trace(workspace):
    return workspace.trace("trc_1")


def test_anonymous(stack, trace):
    assert append(stack, None, message()).status == 401


def test_missing_scope(stack, workspace, trace):
    held = workspace.stored()
    assert append(stack, workspace.reader, message()).status == 403
    assert workspace.stored() == held


def test_another_workspaces_trace_is_not_there(stack, workspace, elsewhere, trace):
    held = workspace.stored()
    theirs = append(stack, elsewhere.writer, message())
    nobodys = append(stack, elsewhere.writer, message(), "trc_no")
    assert theirs.status == nobodys.status == 404
    assert theirs.error["message"] == nobodys.error["message"]
    assert workspace.stored() == held
    assert elsewhere.stored() == {}


def test_another_projects_trace_is_not_there(stack, workspace, trace):
    held = workspace.stored()
    assert append(stack, workspace.key(project="proj_2"), message()).status == 404
    assert append(stack, workspace.key(project="proj_2"), {"events": [{"type": "?"}]}).status == 404
    assert workspace.stored() == held
    assert append(stack, workspace.key(project="proj_1"), message()).status == 200


@pytest.mark.parametrize(
    "trace_id",
    [
        "%20",
        "a%20b",
        "a%2Fb",
        "%00",
        "%ff",
        "%0a",
        "..",
        "a%23b",
        "%F0%9F%92%A9",
        "x" * 129,
        "x" * 5000,
        "%C3%A9" * 400,
    ],
)
@pytest.mark.parametrize("body", [message(), {"events": [{"type": "?"}]}], ids=["good", "bad"])
def test_an_id_that_can_be_no_traces_is_404(stack, workspace, trace_id, body):
    answer = append(stack, workspace.writer, body, trace_id)
    assert (answer.status, answer.error["code"]) == (404, "not_found")


def test_a_deleted_trace_takes_no_events(stack, workspace, trace):
    append(stack, workspace.writer, message())
    assert stack.call("DELETE", "/api/v1/traces/trc_1", key=workspace.writer).status == 204
    held = workspace.stored()
    assert append(stack, workspace.writer, message()).status == 404
    assert workspace.stored() == held


def test_a_batch_is_stored_in_its_order_whatever_clocks_say(stack, workspace, trace):
    sent = [
        message("late", timestamp="2026-03-21T12:00:00Z"),
        message("early", timestamp="2026-03-21T09:00:00Z"),
        message("unsaid"),
    ]
    answer = append(stack, workspace.writer, {"events": sent})
    assert (answer.status, answer.json) == (200, {"accepted": 3, "rejected": []})
    stored = events(stack, workspace)
    assert [event["payload"]["content"] for event in stored] == ["late", "early", "unsaid"]
    assert [(event["index"], event["seq"]) for event in stored] == [(0, 0), (1, 1), (2, 2)]
    assert stored[0]["timestamp"] == "2026-03-21T12:00:00.000Z"
    assert holds(stack, workspace)


def test_every_field_of_an_event_is_kept(stack, workspace, trace):
    sent = {
        "type": "tool_call",
        "id": "evt-mine",
        "seq": 41,
        "timestamp": "2026-03-21T10:00:00.123456Z",
        "actor": {"type": "agent", "name": "worker"},
        "span_id": "s1",
        "parent_id": "s0",
        "idempotency_key": "trace_curl_1:dev:1",
        "payload": {"tool_name": "Bash", "arguments": {"command": "ls"}, "call_id": "c", "extra": [1, "ü", None]},
        "metadata": {"sdk": "1.2"},
    }
    assert append(stack, workspace.writer, sent).json == {"accepted": 1, "rejected": []}
    (event,) = events(stack, workspace)
    assert {name: event[name] for name in sent} == sent


@pytest.mark.parametrize("kind", [*PAYLOADS, "custom.mine"])
def test_every_type_goes_in(stack, workspace, trace, kind):
    needed = {
        "content": "x", "model": "m", "tool_name": "t", "path": "p", "sha": "s", "passed": True, "name": "n",
        "value": 1.5,
        "message": "m", "action": "click" if kind == "browser_action" else "modified",
    }  # fmt: skip
    answer = append(stack, workspace.writer, {"type": kind, "payload": needed})
    assert answer.json == {"accepted": 1, "rejected": []}
    assert events(stack, workspace, type=kind)[0]["event_type"] == kind
    assert holds(stack, workspace)


def test_the_seeds_mixed_batch(stack, workspace, trace):
    first = message(seq=5, idempotency_key="trace_curl_1:dev:0")
    behind = message(seq=5, idempotency_key="trace_curl_1:dev:1")
    answer = append(stack, workspace.writer, {"events": [first, behind]})
    assert answer.status == 200
    assert answer.json == {
        "accepted": 1,
        "rejected": [{"index": 1, "idempotency_key": "trace_curl_1:dev:1", "reason": NOT_MONOTONIC}],
    }


def test_a_mixed_batch_stores_what_is_good_and_names_the_rest(stack, workspace, trace):
    answer = append(
        stack,
        workspace.writer,
        {"events": [message("a"), {"type": "no_such"}, message("b", seq=7), message("c", seq=6), 17, message("d")]},
    )
    assert answer.status == 200
    assert answer.json["accepted"] == 3
    assert [(each["index"], each["reason"].split(":")[0].split(" ")[0]) for each in answer.json["rejected"]] == [
        (1, "unknown"),
        (3, "seq"),
        (4, "event"),
    ]
    assert [(event["seq"], event["payload"]["content"]) for event in events(stack, workspace)] == [
        (0, "a"),
        (7, "b"),
        (8, "d"),
    ]
    assert holds(stack, workspace)


def test_a_batch_of_bad_events_only_stores_nothing(stack, workspace, trace):
    held = workspace.stored()
    answer = append(stack, workspace.writer, {"events": [{"type": "no_such", "idempotency_key": "k"}, {}, None]})
    assert (answer.status, answer.json["accepted"], len(answer.json["rejected"])) == (200, 0, 3)
    assert answer.json["rejected"][0]["idempotency_key"] == "k"
    assert workspace.stored() == held


@pytest.mark.parametrize("numbered", [False, True])
def test_sending_again_stores_once(stack, workspace, trace, numbered):
    sent = [message(str(n), idempotency_key=f"k{n}", **({"seq": n * 2} if numbered else {})) for n in range(5)]
    for _ in range(3):
        assert append(stack, workspace.writer, {"events": sent}).json == {"accepted": 5, "rejected": []}
    assert append(stack, workspace.writer, sent[2]).json == {"accepted": 1, "rejected": []}
    assert len(events(stack, workspace)) == 5


def test_a_bare_event_out_of_order_is_a_conflict(stack, workspace, trace):
    append(stack, workspace.writer, message(seq=3, idempotency_key="a"))
    held = workspace.stored()
    answer = append(stack, workspace.writer, message(seq=3, idempotency_key="b"))
    assert (answer.status, answer.error["code"], answer.error["message"]) == (409, "conflict", NOT_MONOTONIC)
    assert answer.error["details"][0]["field"] == "seq"
    assert append(stack, workspace.writer, message(seq=2)).status == 409
    assert append(stack, workspace.writer, message(seq=3)).status == 409
    assert workspace.stored() == held


def test_where_an_event_belongs_is_not_its_own_to_say(stack, workspace, elsewhere, trace):
    sent = message(workspace_id=elsewhere.id, project_id="proj_9", session_id="s", trace_id="trc_9")
    assert append(stack, workspace.writer, sent).json["accepted"] == 1
    (event,) = events(stack, workspace)
    assert event["trace_id"] == "trc_1"
    assert event["metadata"] is None
    assert elsewhere.stored() == {}


def test_five_hundred_events_are_a_batch_and_one_more_is_not(stack, workspace, trace):
    assert append(stack, workspace.writer, {"events": [message(str(n)) for n in range(500)]}).json["accepted"] == 500
    held = workspace.stored()
    for count in (501, 5000):
        answer = append(stack, workspace.writer, {"events": [message("x")] * count})
        assert (answer.status, answer.error["code"]) == (422, "validation_error")
        assert answer.error["details"][0]["field"] == "events"
        assert "500" in answer.error["message"]
    assert workspace.stored() == held


def test_six_megabytes_of_noise_go_in_by_gzip_and_come_out(stack, workspace, trace):
    text = "".join(f"{n:x}" for n in range(900_000))
    body = json.dumps({"events": [message(text)]}).encode()
    assert 4_000_000 < len(body) < 6 * 1024 * 1024
    answer = append(stack, workspace.writer, gzip.compress(body), headers={"Content-Encoding": "gzip"})
    assert answer.json == {"accepted": 1, "rejected": []}
    assert [name for name in workspace.stored() if name.startswith("bodies/")]
    read = stack.call("GET", "/api/traces/trc_1/events", key=workspace.reader, headers={"Accept-Encoding": "gzip"})
    content = gzip.decompress(read.body) if read.headers.get("content-encoding") == "gzip" else read.body
    assert json.loads(content)["events"][0]["payload"]["content"] == text
    assert holds(stack, workspace)


def test_an_empty_body_is_no_event(stack, workspace, trace):
    assert append(stack, workspace.writer, b"").status in (400, 422)


def test_events_of_any_number_and_size_keep_their_content(stack, workspace, trace):
    payload = {"content": "ü\u2028\x00\U0001f4a9", "floats": [1e16, 1e-7, 0.1, -0.0, 1e300], "ints": [2**53 - 1, -1]}
    assert append(stack, workspace.writer, message(payload=payload)).json["accepted"] == 1
    assert events(stack, workspace)[0]["payload"] == payload
    assert append(stack, workspace.writer, nested(60).replace(b"{", b'{"type": "action", ', 1)).json["accepted"] == 1
    assert holds(stack, workspace)


def test_prices_are_added_where_none_were_sent(stack, workspace, trace):
    sent = [
        {"type": "llm_call", "payload": {"model": "claude-sonnet-4-5", "input_tokens": 1000, "output_tokens": 100}},
        {"type": "llm_call", "payload": {"model": "nobodys-model", "input_tokens": 1000}},
        {"type": "llm_call", "payload": {"model": "claude-sonnet-4-5", "input_tokens": 1000, "cost_usd": 0.25}},
    ]
    assert append(stack, workspace.writer, {"events": sent}).json["accepted"] == 3
    costs = [event["payload"].get("cost_usd") for event in events(stack, workspace)]
    assert costs == [pytest.approx(0.0045), None, 0.25]
    read = stack.call("GET", "/api/v1/traces/trc_1", key=workspace.reader).json
    assert read["total_cost"] == pytest.approx(0.2545)
    assert read["unpriced_calls"] == 1
