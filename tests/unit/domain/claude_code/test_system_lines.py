import pytest

from .written import AT, events_of, kinds, line, only, user


def system(subtype, **fields):
    return line("system", subtype=subtype, **fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"compactMetadata": {"trigger": "manual", "preTokens": 155_000, "postTokens": 9_000, "durationMs": 80}},
        {"compact_metadata": {"trigger": "manual", "pre_tokens": 155_000, "post_tokens": 9_000, "duration_ms": 80}},
    ],
)
def test_compaction_in_both_spellings(fields):
    (event,) = events_of(system("compact_boundary", content="Conversation compacted", **fields))
    assert event["type"] == "compaction"
    assert event["payload"] == {
        "trigger": "manual",
        "pre_tokens": 155_000,
        "post_tokens": 9_000,
        "duration_ms": 80,
        "message": "Conversation compacted",
    }


def test_a_compaction_without_details_was_automatic():
    assert events_of(system("compact_boundary"))[0]["payload"] == {"trigger": "auto"}


@pytest.mark.parametrize(
    ("fields", "payload"),
    [
        (
            {
                "error": {"status": 529, "error": {"error": {"type": "overloaded_error", "message": "Overloaded"}}},
                "retryAttempt": 2,
                "maxRetries": 10,
                "retryInMs": 1100.5,
            },
            {
                "message": "Overloaded",
                "error_type": "overloaded_error",
                "handled": True,
                "status": 529,
                "attempt": 2,
                "max_retries": 10,
                "retry_in_ms": 1100.5,
            },
        ),
        ({"error": {"error": {"message": "m"}}}, {"message": "m", "error_type": "api_error", "handled": True}),
        (
            {"error": {}, "cause": {"code": "ECONNRESET"}},
            {"message": "ECONNRESET", "error_type": "api_error", "handled": True},
        ),
        ({"error": 7}, {"message": "API error", "error_type": "api_error", "handled": True}),
    ],
)
def test_a_retried_request(fields, payload):
    (event,) = events_of(system("api_error", **fields))
    assert (event["type"], event["payload"]) == ("error", payload)


def test_a_retried_request_of_stream_json():
    (event,) = events_of(
        system("api_retry", error="overloaded", error_status=529, attempt=1, max_retries=10, retry_delay_ms=5)
    )
    assert event["payload"] == {
        "message": "overloaded",
        "error_type": "api_error",
        "handled": True,
        "status": 529,
        "attempt": 1,
        "max_retries": 10,
        "retry_in_ms": 5,
    }


def test_turn_duration_is_a_metric():
    (event,) = events_of(system("turn_duration", durationMs=1234, messageCount=4))
    assert (event["type"], event["payload"]) == (
        "metric",
        {"name": "turn_duration", "value": 1234, "unit": "ms", "message_count": 4},
    )


@pytest.mark.parametrize(
    ("subtype", "kind"),
    [
        ("local_command", "custom.claude_code.local_command"),
        ("stop_hook_summary", "custom.claude_code.system_stop_hook_summary"),
        ("Brand new/one", "custom.claude_code.system_brand_new_one"),
        (None, "custom.claude_code.system_none"),
        (["x"], "custom.claude_code.system_none"),
        ("turn_duration", "custom.claude_code.system_turn_duration"),
    ],
)
def test_other_subtypes_are_kept_whole(subtype, kind):
    sent = system(subtype, content="c")
    (event,) = events_of(sent)
    assert (event["type"], event["payload"]) == (kind, {"line": sent})
    assert event["actor"] == {"type": "system"}


def test_init_starts_the_session_and_a_later_one_resumes_it():
    init = {
        "type": "system",
        "subtype": "init",
        "session_id": "s",
        "cwd": "/app",
        "model": "m",
        "tools": ["Bash"],
        "mcp_servers": [],
        "claude_code_version": "2.1",
        "permissionMode": "default",
    }
    events = events_of(init, user("x"), init)
    assert kinds(events) == ["session_start", "user_message", "session_start"]
    assert events[0]["payload"] == {
        "source": "startup",
        "model": "m",
        "cwd": "/app",
        "session_id": "s",
        "version": "2.1",
        "permission_mode": "default",
        "tools": ["Bash"],
    }
    assert events[2]["payload"]["source"] == "resume"
    assert events[2]["timestamp"] == AT


def test_a_background_task_that_is_no_agent():
    events = events_of(system("task_notification", status="failed", tool_use_id="t1"))
    assert only(events, "notification")["payload"] == {"message": "background task failed", "status": "failed"}
