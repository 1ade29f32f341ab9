import pytest

from .written import assistant, call, events_of, kinds, only, result_of, tokens


def test_blocks_become_events_in_order():
    events = events_of(
        assistant(
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "text", "text": "hello"},
            call("t1", "Bash", command="ls"),
            message_id="m1",
            usage=tokens(1, 1),
            uuid="u1",
            parentUuid="u0",
        )
    )
    assert kinds(events) == ["llm_call", "reasoning", "agent_message", "tool_call"]
    assert [event["idempotency_key"] for event in events] == ["u1/0", "u1/1", "u1/2", "u1/3"]
    assert events[1]["payload"] == {"content": "hm"}
    assert events[2]["payload"] == {"content": "hello", "model": "model-a"}
    assert events[3]["payload"] == {"tool_name": "Bash", "arguments": {"command": "ls"}, "call_id": "t1"}
    assert events[3]["span_id"] == "t1"
    assert events[3]["metadata"] == {"uuid": "u1", "parent_uuid": "u0", "line": 1}


@pytest.mark.parametrize(
    ("block", "kind", "payload"),
    [
        ("bare", "agent_message", {"content": "bare", "model": "model-a"}),
        ({"type": "redacted_thinking", "data": "x"}, "reasoning", {"content": "", "redacted": True}),
        (
            {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "q"}},
            "tool_call",
            {"tool_name": "web_search", "arguments": {"query": "q"}, "call_id": "s1"},
        ),
        (
            {"type": "tool_use", "id": "x", "name": "", "input": [1]},
            "tool_call",
            {"tool_name": "unknown", "arguments": {"value": [1]}, "call_id": "x"},
        ),
        (
            {
                "type": "web_search_tool_result",
                "tool_use_id": "s1",
                "content": [{"type": "web_search_result", "url": "u"}],
            },
            "tool_result",
            {"call_id": "s1", "result": [{"type": "web_search_result", "url": "u"}]},
        ),
        (
            {"type": "New Block!", "x": 1},
            "custom.claude_code.block_new_block_",
            {"block": {"type": "New Block!", "x": 1}},
        ),
        (7, "custom.claude_code.block_unknown", {"block": 7}),
    ],
)
def test_other_blocks(block, kind, payload):
    (event,) = events_of(assistant(block))
    assert (event["type"], event["payload"]) == (kind, payload)


def test_text_content_that_is_no_list():
    line = assistant()
    line["message"]["content"] = "plain"
    assert only(events_of(line), "agent_message")["payload"]["content"] == "plain"


@pytest.mark.parametrize("tool", ["Task", "Agent"])
def test_a_subagent_starts_with_its_call_and_stops_with_its_result(tool):
    outcome = {
        "status": "completed",
        "agentId": "a9",
        "totalTokens": 70,
        "totalDurationMs": 900,
        "totalToolUseCount": 2,
        "content": [],
    }
    start = assistant(call("t1", tool, subagent_type="explorer", description="look", prompt="find it", model="haiku"))
    events = events_of(start, result_of("t1", [{"type": "text", "text": "found"}], outcome))
    assert kinds(events) == ["tool_call", "subagent_start", "tool_result", "subagent_stop"]
    started, stopped = events[1], events[3]
    assert started["payload"] == {
        "agent_type": "explorer",
        "description": "look",
        "prompt": "find it",
        "model": "haiku",
        "call_id": "t1",
    }
    assert stopped["payload"] == {
        "agent_type": "explorer",
        "agent_id": "a9",
        "call_id": "t1",
        "status": "completed",
        "tokens": 70,
        "tool_calls": 2,
        "duration_ms": 900,
    }
    assert started["span_id"] == stopped["span_id"] != "t1"
    assert started["parent_id"] == stopped["parent_id"] == "t1"
    assert events[2]["payload"]["duration_ms"] == 900


def test_a_subagent_that_failed():
    events = events_of(assistant(call("t1", "Task", prompt="p")), result_of("t1", "it broke", is_error=True))
    assert events[1]["payload"]["agent_type"] == "general-purpose"
    assert only(events, "subagent_stop")["payload"] == {"call_id": "t1", "status": "failed", "error": "it broke"}


@pytest.mark.parametrize(
    ("content", "outcome"),
    [
        ("x", {"status": "async_launched", "agentId": "a"}),
        ("x", {"isAsync": True}),
        ("Async agent launched successfully.", None),
    ],
)
def test_a_subagent_in_the_background_goes_on(content, outcome):
    lines = [assistant(call("t1", "Agent", prompt="p")), result_of("t1", content, outcome)]
    assert kinds(events_of(*lines)) == ["tool_call", "subagent_start", "tool_result"]
    note = {
        "type": "system",
        "subtype": "task_notification",
        "tool_use_id": "t1",
        "task_id": "a",
        "status": "completed",
        "summary": "done",
    }
    events = events_of(*lines, note)
    assert kinds(events)[3:] == ["notification", "subagent_stop"]
    assert events[3]["payload"] == {"message": "done", "task_id": "a", "status": "completed"}
    assert events[4]["payload"]["status"] == "completed"


def test_lines_of_a_subagent_are_marked_and_hang_on_it():
    events = events_of(
        assistant(call("t1", "Task", prompt="p")),
        assistant({"type": "text", "text": "inner"}, parent_tool_use_id="t1"),
        assistant({"type": "text", "text": "on disk"}, isSidechain=True, agentId="a9"),
    )
    start, inner, disk = events[1:]
    assert inner["parent_id"] == start["span_id"]
    assert inner["metadata"] == {"line": 2, "sidechain": True, "parent_tool_use_id": "t1"}
    assert disk["metadata"] == {"line": 3, "sidechain": True, "agent_id": "a9"}


def test_repeated_tool_ids_get_spans_of_their_own():
    events = events_of(
        assistant(call("Bash:0", "Bash", command="a"), message_id="m1"),
        assistant(call("Bash:0", "Bash", command="b"), message_id="m2"),
        result_of("Bash:0", "A"),
        result_of("Bash:0", "B"),
        result_of("Bash:0", "B again"),
    )
    assert [event["span_id"] for event in events] == ["Bash:0", "Bash:0.2", "Bash:0", "Bash:0.2", "Bash:0.2"]
    assert [event["payload"]["call_id"] for event in events] == [event["span_id"] for event in events]
    assert events[1]["metadata"]["tool_use_id"] == "Bash:0"


def test_a_made_span_never_meets_a_real_one():
    ids = ["x.2", "x", "x", "x", "x.3"]
    events = events_of(*(assistant(call(tool_id, "Bash", n=n)) for n, tool_id in enumerate(ids)))
    assert len({event["span_id"] for event in events}) == len(ids)


def test_a_block_repeated_by_its_own_response_is_one_call():
    line = assistant(call("t1", "Bash", command="a"), message_id="m1")
    assert kinds(events_of(line, line)) == ["tool_call"]


@pytest.mark.parametrize("tool_id", ["x" * 5000, "with space", "ctrl\x00", "", "\ud800"])
def test_ids_that_cannot_be_ids_are_hashed_alike_in_call_and_result(tool_id):
    events = events_of(assistant(call(tool_id, "Bash")), result_of(tool_id))
    assert len(events[0]["span_id"]) <= 128
    if tool_id:
        assert events[0]["span_id"] == events[1]["span_id"]


def test_an_api_error_message():
    line = assistant(
        {"type": "text", "text": "API Error: overloaded"},
        model="<synthetic>",
        isApiErrorMessage=True,
        error="overloaded_error",
        apiErrorStatus=529,
    )
    (event,) = events_of(line)
    assert (event["type"], event["actor"]) == ("error", {"type": "system"})
    assert event["payload"] == {
        "message": "API Error: overloaded",
        "error_type": "overloaded_error",
        "handled": False,
        "status": 529,
    }


def test_many_calls_of_one_id_whose_spans_are_taken_take_linear_time():
    taken = [assistant(call(f"x.{n}", "Bash")) for n in range(5000)]
    events = events_of(*taken, *(assistant(call("x", "Bash", n=n)) for n in range(5000)))
    assert len({event["span_id"] for event in events}) == 10_000
