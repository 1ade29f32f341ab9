"""POST /api/v1/traces with sessions: pushes of transcripts."""

import base64
import gzip
import json

import pytest

PATH = "/api/v1/traces"


def ingest(stack, key, body=None, **said):
    return stack.call("POST", PATH, key=key, body={} if body is None else body, **said)


def line(n, **said):
    message = {"role": "user", "content": f"question {n}"}
    return {"type": "user", "uuid": f"u{n}", "sessionId": "own", "cwd": "/home/ann/shop", "message": message, **said}


def transcript(*lines):
    return "".join(json.dumps(each) + "\n" for each in lines)


def verified(stack, workspace, trace_id):
    return stack.call("GET", f"/api/v1/traces/{trace_id}/verify", key=workspace.reader).json["valid"]


def test_a_push_stores_transcripts_as_sessions(stack, workspace):
    lines = [line(1, timestamp="2026-03-21T10:00:00Z"), line(2, timestamp="2026-03-21T10:00:05Z")]
    packed = base64.b64encode(gzip.compress(transcript(*lines).encode())).decode()
    body = {
        "repo": "myproject",
        "author": "alice",
        "tags": ["pilot"],
        "sessions": [{"id": "sess_abc123", "data": transcript(*lines)}, {"id": "sess_packed", "data": packed}],
    }
    answer = ingest(stack, workspace.writer, body)
    assert (answer.status, answer.json) == (200, {"accepted": 2, "rejected": 0})
    for trace_id in ("sess_abc123", "sess_packed"):
        trace = stack.call("GET", f"{PATH}/{trace_id}", key=workspace.reader).json
        assert (trace["repo"], trace["author"], trace["tags"]) == ("myproject", "alice", ["pilot"])
        assert (trace["cwd"], trace["tool"]) == ("/home/ann/shop", "claude-code")
        assert trace["metadata"]["session_id"] == "own"
        assert trace["started_at"] == "2026-03-21T10:00:00.000Z"
        assert verified(stack, workspace, trace_id)


def test_pushing_again_or_more_adds_only_what_is_new(stack, workspace):
    lines = [line(n, timestamp=f"2026-03-21T10:00:0{n}Z") for n in range(6)]

    def push(count):
        body = {"sessions": [{"id": "sess", "data": transcript(*lines[:count])}]}
        assert ingest(stack, workspace.writer, body).json == {"accepted": 1, "rejected": 0}
        held = stack.call("GET", "/api/traces/sess/events", key=workspace.reader).json["events"]
        return [event["payload"]["content"] for event in held if event["type"] == "user_message"]

    counts = [len(push(count)) for count in (2, 2, 4, 3, 6, 6)]
    assert counts == [2, 2, 4, 4, 6, 6]
    assert verified(stack, workspace, "sess")


def test_a_session_that_cannot_go_in_does_not_hold_up_the_others(stack, workspace):
    good = transcript(line(1))
    body = {
        "sessions": [
            {"id": "good", "data": good},
            {"id": "a b", "data": good},
            {"id": "x" * 10_240, "data": good},
            {"id": "empty", "data": ""},
            {"id": "junk", "data": "no json\n[]\n"},
            {"id": "mixed", "data": good + "no json\n" + transcript(line(2))},
        ]
    }
    answer = ingest(stack, workspace.writer, body)
    assert answer.status == 200
    assert (answer.json["accepted"], answer.json["rejected"]) == (2, 4)
    errors = answer.json["errors"]
    assert [(each["id"][:10], each.get("line")) for each in errors] == [
        ("a b", None),
        ("xxxxxxxxxx", None),
        ("empty", None),
        ("junk", None),
        ("mixed", 2),
    ]
    assert all(each["reason"] for each in errors)
    assert len(answer.body) < 2000
    assert {name.split(" ")[0] for name in workspace.stored() if name[0] == "T"} == {
        f"T#{workspace.id}#good",
        f"T#{workspace.id}#mixed",
    }


def test_a_bomb_in_a_session_is_refused(stack, workspace):
    bomb = base64.b64encode(gzip.compress(b" " * (65 * 1024 * 1024), 9)).decode()
    answer = ingest(stack, workspace.writer, {"sessions": [{"id": "bomb", "data": bomb}]})
    assert (answer.json["accepted"], answer.json["rejected"]) == (0, 1)
    assert workspace.stored() == {}


@pytest.mark.parametrize("resumed", [7, "trc", {"a": 1}, [7, None, "a b", "sess"]], ids=str)
def test_a_push_goes_into_a_trace_that_was_created_before(stack, workspace, resumed):
    said = {"id": "sess", "source": "push", "metadata": {"resumed_from": resumed}}
    assert stack.call("POST", "/api/traces", key=workspace.writer, body=said).status == 201
    body = {"sessions": [{"id": "sess", "data": transcript(line(1))}]}
    assert ingest(stack, workspace.writer, body).json == {"accepted": 1, "rejected": 0}
    assert verified(stack, workspace, "sess")


@pytest.mark.parametrize(
    "uuid", ["u" * 10_240, "\\ud800", "a\\u0000b", "", 7, None], ids=lambda value: repr(value)[:20]
)
def test_a_line_of_any_uuid_goes_in_or_is_reported(stack, workspace, uuid):
    odd = json.dumps(line(1) | {"uuid": "UUID"}).replace('"UUID"', f'"{uuid}"' if isinstance(uuid, str) else str(uuid))
    data = odd.replace("None", "null") + "\n" + transcript(line(2))
    answer = ingest(stack, workspace.writer, {"sessions": [{"id": "sess", "data": data}]})
    assert (answer.status, answer.json["accepted"]) == (200, 1)
    assert verified(stack, workspace, "sess")


def test_a_session_that_was_deleted_does_not_come_back(stack, workspace):
    body = {"sessions": [{"id": "sess", "data": transcript(line(1))}]}
    ingest(stack, workspace.writer, body)
    assert stack.call("DELETE", f"{PATH}/sess", key=workspace.writer).status == 204
    held = workspace.stored()
    answer = ingest(stack, workspace.writer, body).json
    assert (answer["accepted"], answer["rejected"]) == (0, 1)
    assert "deleted" in answer["errors"][0]["reason"]
    assert workspace.stored() == held


def test_a_project_key_pushes_into_its_project_only(stack, workspace):
    first, second = (workspace.key(project=project) for project in ("proj_1", "proj_2"))
    body = {"sessions": [{"id": "sess", "data": transcript(line(1))}]}
    assert ingest(stack, first, body).json["accepted"] == 1
    held = workspace.stored()
    assert ingest(stack, second, body).json["rejected"] == 1
    assert ingest(stack, first, body | {"project_id": "proj_2"}).json["rejected"] == 1
    assert workspace.stored() == held
    assert stack.call("GET", f"{PATH}/sess", key=first).json["project_id"] == "proj_1"


def test_what_a_transcript_says_of_itself_is_bounded(stack, workspace):
    odd = line(1, cwd="/" + "x" * 200_000, gitBranch="b\x00\n" * 1000, sessionId="s" * 100_000, version="v" * 100_000)
    answer = ingest(stack, workspace.writer, {"sessions": [{"id": "sess", "data": transcript(odd)}]})
    assert answer.json["accepted"] == 1
    trace = stack.call("GET", f"{PATH}/sess", key=workspace.reader).json
    facts = {name: trace[name] for name in ("cwd", "branch", "model", "metadata", "name")}
    assert len(json.dumps(facts)) < 10_000
    assert "\x00" not in (trace["branch"] or "")


def test_a_transcript_without_any_time_starts_now_and_stays_there(stack, workspace):
    body = {"sessions": [{"id": "sess", "data": transcript(line(1))}]}
    ingest(stack, workspace.writer, body)
    before = stack.call("GET", f"{PATH}/sess", key=workspace.reader).json
    assert before["started_at"] == before["created_at"]
    longer = {"sessions": [{"id": "sess", "data": transcript(line(1), line(2))}]}
    ingest(stack, workspace.writer, longer)
    after = stack.call("GET", f"{PATH}/sess", key=workspace.reader).json
    assert after["started_at"] == before["started_at"]
    assert verified(stack, workspace, "sess")
