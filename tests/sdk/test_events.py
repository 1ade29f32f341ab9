"""Every helper records an event that the server takes: its own payload models check them here."""

import inspect

import pytest

import wakeline_sdk as wakeline
from wakeline.domain.audit import AUDIT
from wakeline.domain.events import NewEvent
from wakeline.domain.payloads import GOVERNANCE_TYPES, PAYLOADS
from wakeline_sdk import client, events

CALLS = {
    "user_message": lambda: wakeline.user_message("hi"),
    "agent_message": lambda: wakeline.agent_message("hi", model="m"),
    "reasoning": lambda: wakeline.reasoning("so"),
    "llm_call": lambda: wakeline.llm_call("m", input_tokens=1, output_tokens=2, cost_usd=0.5, latency_ms=3),
    "tool_call": lambda: wakeline.tool_call("t", {"a": 1}, call_id="c"),
    "tool_result": lambda: wakeline.tool_result("r", call_id="c", duration_ms=1.5),
    "retrieval": lambda: wakeline.retrieval("q", [{"id": "d", "content": "x", "score": 0.5}]),
    "action": lambda: wakeline.action("a"),
    "browser_action": lambda: wakeline.browser_action("click", target="#go"),
    "dom_snapshot": lambda: wakeline.dom_snapshot(url="u", warnings=["w"], selected_values={"a": "b"}),
    "screenshot": lambda: wakeline.screenshot(b"\x89PNG\r\n\x1a\n"),
    "replay_artifact": lambda: wakeline.replay_artifact(b"x", filename="a.webm", event_time_map={"1": 20}),
    "file_change": lambda: wakeline.file_change("a.py", additions=1, deletions=0),
    "commit": lambda: wakeline.commit("abc", "why"),
    "goal_check": lambda: wakeline.goal_check(False, ["date"]),
    "score": lambda: wakeline.score("good", 0.5, "well"),
    "metric": lambda: wakeline.metric("n", 1, "s"),
    "error": lambda: wakeline.error("oops", error_type="ValueError"),
    "state_change": lambda: wakeline.state_change("s", 1, 2),
    "session_start": lambda: wakeline.session_start(source="startup"),
    "session_end": lambda: wakeline.session_end("failed", "oops"),
    "subagent_start": lambda: wakeline.subagent_start("explore", agent_id="a"),
    "subagent_stop": lambda: wakeline.subagent_stop("explore", agent_id="a"),
    "compaction": lambda: wakeline.compaction(trigger="auto", pre_tokens=2, post_tokens=1),
    "notification": lambda: wakeline.notification("look"),
    "task_started": lambda: wakeline.task_started("t"),
    "task_updated": lambda: wakeline.task_updated("t"),
    "task_completed": lambda: wakeline.task_completed("t"),
    "fork_point": lambda: wakeline.fork_point(fork_id="f", origin_trace_id="trc_1"),
    "custom.mine": lambda: wakeline.custom("mine", {"a": 1}),
}


def test_there_is_a_helper_for_every_type_an_agent_may_send():
    assert set(CALLS) - {"custom.mine"} == set(PAYLOADS) - set(GOVERNANCE_TYPES) - {AUDIT}
    helpers = {
        name for name, each in inspect.getmembers(events, inspect.isfunction) if each.__module__ == events.__name__
    }
    assert helpers - {"_record", "custom"} == set(CALLS) - {"custom.mine", "screenshot", "replay_artifact"}


@pytest.mark.parametrize("event_type", CALLS)
def test_the_server_takes_it(start, server, event_type):
    start()
    with wakeline.trace("run"):
        CALLS[event_type]()
    assert wakeline.flush()
    first = server.all_events()[0]
    assert first["type"] == event_type
    NewEvent.read(first)


@pytest.mark.parametrize("event_type", CALLS)
def test_the_server_takes_it_redacted(start, server, event_type):
    start(redact=lambda event: None)
    with wakeline.trace("run"):
        CALLS[event_type]()
    assert wakeline.flush()
    NewEvent.read(server.all_events()[0])
    assert client._minimal("user_message") == {"content": ""}


@pytest.mark.parametrize("kind", wakeline.KINDS)
def test_the_server_takes_both_ends_of_a_span(start, server, kind):
    start()
    with wakeline.trace("run"), wakeline.span("s", kind=kind, input={"q": 1}) as step:
        step.output = {"r": 1}
        step.usage = {"input_tokens": 1} if kind == "llm_call" else {}
    assert wakeline.flush()
    for event in server.all_events():
        NewEvent.read(event)


def test_a_file_is_uploaded_and_then_recorded(start, server, tmp_path):
    start()
    picture = tmp_path / "seen.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    with wakeline.trace("run", id="trc_1"), wakeline.span("look") as look:
        artifact_id = wakeline.screenshot(picture, caption="before")
        assert wakeline.artifact(b"{}", filename="a.json", content_type="application/json")
    assert wakeline.flush()
    assert server.files[f"/{artifact_id}"] == picture.read_bytes()
    (event,) = [event for event in server.all_events() if event["type"] == "screenshot"]
    assert event["parent_id"] == look.id
    assert event["payload"]["artifact_id"] == artifact_id
    assert event["payload"]["storage_path"] == f"artifacts/trc_1/{artifact_id}"
    assert event["payload"]["caption"] == "before"


def test_a_file_that_is_gone_is_counted(start, server, tmp_path):
    start()
    with wakeline.trace("run"):
        wakeline.screenshot(tmp_path / "never.png")
    assert wakeline.flush()
    assert wakeline.stats()["rejected"] == 1
