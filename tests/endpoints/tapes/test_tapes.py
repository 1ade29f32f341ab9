"""POST, GET and DELETE /api/v1/tapes"""

from dataclasses import replace
from datetime import timedelta

import pytest

from local.engine import record_calls
from tests.endpoints.stack import within_a_minute
from tests.factories import llm_call, message
from wakeline import wiring
from wakeline.domain.tape import check
from wakeline.services import tapes

PATH = "/api/v1/tapes"
KEY = "AKIAIOSFODNN7EXAMPLE"
EVENTS = [
    message("Deploy it, please"),
    message(f"My key is {KEY}", metadata={"from": "bob@example.com"}),
    llm_call(name="plan"),
    message("Done", idempotency_key="mail-carol@example.com"),
    {"type": "session_end", "payload": {"status": "completed"}},
]


@pytest.fixture
def publish(stack, workspace):
    """Publish trc_1, which has five events."""
    workspace.trace("trc_1", EVENTS, name="Deploy", user_goal="Deploy for dave@example.com", cwd="/home/dave")

    def publish(key=None, **body):
        answer = stack.call("POST", PATH, key=key or workspace.writer, body={"trace_id": "trc_1", **body})
        assert answer.status == 201, answer.body
        return answer.json

    return publish


def read(stack, slug, **headers):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return stack.call("GET", f"{PATH}/{slug}", headers=sent)


def test_anonymous(stack):
    assert stack.call("POST", PATH, body={"trace_id": "trc_1"}).status == 401
    assert stack.call("GET", PATH).status == 401
    assert stack.call("DELETE", f"{PATH}/x").status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("POST", PATH, key=workspace.reader, body={"trace_id": "trc_1"}).status == 403
    assert stack.call("GET", PATH, key=workspace.writer).status == 403
    assert stack.call("DELETE", f"{PATH}/x", key=workspace.reader).status == 403


def test_others_can_neither_publish_nor_list_nor_unpublish(stack, workspace, elsewhere, publish):
    assert stack.call("POST", PATH, key=elsewhere.writer, body={"trace_id": "trc_1"}).status == 404
    slug = publish()["slug"]
    assert stack.call("GET", PATH, key=elsewhere.reader).json["data"] == []
    assert stack.call("DELETE", f"{PATH}/{slug}", key=elsewhere.writer).status == 404
    other = workspace.key("traces:read", "traces:write", project="proj_2")
    assert stack.call("GET", PATH, key=other).json["data"] == []
    assert stack.call("DELETE", f"{PATH}/{slug}", key=other).status == 404
    assert read(stack, slug).status == 200


def test_a_tape_is_published(workspace, publish):
    made = publish(title="How it went", expires_in_days=7)
    trace = wiring.ledger().head(workspace.id, "trc_1")
    assert trace is not None
    assert len(made["slug"]) >= 32
    assert made["url"].endswith(f"/api/v1/tapes/{made['slug']}")
    assert (made["trace_id"], made["title"], made["event_count"]) == ("trc_1", "How it went", 5)
    assert made["head_hash"] == trace.head_hash
    assert made["expires_at"] > made["created_at"]
    assert publish()["expires_at"] is None
    assert publish()["slug"] != made["slug"]


def test_anyone_reads_it_without_secrets(stack, publish):
    answer = read(stack, publish()["slug"])
    assert answer.status == 200
    for secret in (KEY, "bob@example.com", "carol@example.com", "dave@example.com", "/home/dave"):
        assert secret.encode() not in answer.body
    tape = answer.json
    assert (tape["trace_id"], tape["title"], tape["event_count"]) == ("trc_1", "Deploy", 5)
    assert tape["trace"]["user_goal"] == "Deploy for [redacted:email]"
    assert [event["payload"].get("content") for event in tape["events"][:2]] == [
        "Deploy it, please",
        "My key is [redacted:aws_access_key]",
    ]
    assert tape["redactions"] == {"aws_access_key": 1, "email": 3}


def test_a_stranger_verifies_what_is_shown(stack, publish):
    tape = read(stack, publish()["slug"]).json
    checked = check(tape["events"], tape["head_hash"])
    assert (checked.valid, checked.whole, checked.by_digest, checked.by_place) == (True, 3, 1, 1)
    hidden = tape["events"][1]
    assert (hidden["redacted"], hidden["payload_salt"]) == (True, None)
    assert hidden["payload_digest"].startswith("sha256:")

    def broken(place, **said):
        events = [dict(event) for event in tape["events"]]
        events[place] |= said
        return check(events, tape["head_hash"])

    assert not broken(0, payload={"content": "Delete it"}).valid
    assert not broken(1, payload_digest="sha256:" + "0" * 64).valid
    assert not broken(2, type="user_message").valid
    assert not broken(3, integrity_hash="sha256:" + "0" * 64).valid
    assert not check(tape["events"][:-1], tape["head_hash"]).valid
    assert not check(tape["events"][:1] + tape["events"][2:], tape["head_hash"]).valid


def test_it_stays_as_it_was(stack, workspace, publish):
    slug = publish()["slug"]
    before = read(stack, slug).body
    workspace.append("trc_1", [message("And more")])
    assert read(stack, slug).body == before
    assert stack.call("DELETE", "/api/v1/traces/trc_1", key=workspace.writer).status == 204
    assert read(stack, slug).body == before


def test_it_can_be_cached(stack, publish):
    slug = publish()["slug"]
    first = read(stack, slug)
    assert first.headers["cache-control"] == "public, max-age=60"
    for known in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        again = read(stack, slug, if_none_match=known)
        assert (again.status, again.body) == (304, b"")
    assert read(stack, slug, if_none_match='"other"').status == 200


def test_unpublished_is_gone(stack, workspace, publish):
    slug = publish()["slug"]
    assert stack.call("DELETE", f"{PATH}/{slug}", key=workspace.writer).status == 204
    assert read(stack, slug).status == 404
    assert stack.call("GET", PATH, key=workspace.reader).json["data"] == []
    assert stack.call("DELETE", f"{PATH}/{slug}", key=workspace.writer).status == 404


def test_expired_is_gone(stack, publish, monkeypatch):
    slug = publish(expires_in_days=1)["slug"]
    assert read(stack, slug).status == 200
    env = wiring.env()
    monkeypatch.setattr(wiring, "env", lambda: replace(env, now=lambda: env.now() + timedelta(days=2)))
    assert read(stack, slug).status == 404


@pytest.mark.parametrize("slug", ["x", "A" * 32, "A" * 300])
def test_what_is_no_slug(stack, slug):
    assert read(stack, slug).status == 404


def test_readers_are_limited_by_their_address(stack, publish, monkeypatch):
    slug = publish()["slug"]
    monkeypatch.setattr(tapes, "READS_A_MINUTE", 0)
    answer = read(stack, slug)
    assert (answer.status, answer.error["code"]) == (429, "rate_limited")
    assert 1 <= int(answer.headers["retry-after"]) <= 60


def test_a_large_one_is_elsewhere(stack, publish, monkeypatch):
    monkeypatch.setenv("S3_PUBLIC_ENDPOINT", "http://127.0.0.1:9")
    slug = publish()["slug"]
    monkeypatch.setattr(tapes, "MAX_ANSWER", 10)
    answer = read(stack, slug)
    assert answer.status == 307
    assert answer.headers["location"].startswith("http://127.0.0.1:9/")


def test_a_list_in_pages(stack, workspace, publish):
    made = [publish()["slug"] for _ in range(3)]
    first = stack.call("GET", PATH, key=workspace.reader, limit=2).json
    second = stack.call("GET", PATH, key=workspace.reader, limit=2, cursor=first["pagination"]["next_cursor"]).json
    assert sorted(each["slug"] for each in first["data"] + second["data"]) == sorted(made)
    assert (len(first["data"]), second["pagination"]["next_cursor"]) == (2, None)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"trace_id": None}, "trace_id"),
        ({"title": ""}, "title"),
        ({"expires_in_days": 0}, "expires_in_days"),
        ({"expires_in_days": "7"}, "expires_in_days"),
    ],
)
def test_what_does_not_fit_is_named(stack, workspace, said, field):
    answer = stack.call("POST", PATH, key=workspace.writer, body={"trace_id": "trc_1", **said})
    assert (answer.status, answer.error["code"]) == (400, "validation_error")
    assert field in answer.error["message"]


def test_a_trace_without_events(stack, workspace):
    workspace.trace("trc_1")
    assert stack.call("POST", PATH, key=workspace.writer, body={"trace_id": "trc_1"}).status == 409


def test_what_reading_costs(stack, publish):
    slug = publish()["slug"]
    within_a_minute()
    read(stack, slug)
    with record_calls() as calls:
        read(stack, slug)
    assert [call for call in calls.operations if call != "GetObject"] == ["UpdateItem", "GetItem"]
