"""Forks and regression runs."""

import json
from typing import Any

from tests.endpoints.failing import denied
from tests.factories import message
from tests.workers.world import World, scenario

from .runs import DONE, MENDED

MODEL = "anthropic.claude-x"


def bedrock(operation: str, _request: Any) -> tuple[int, dict[str, str], bytes | str]:
    """A model that always says the same."""
    assert operation == "Converse"
    said = {
        "output": {"message": {"role": "assistant", "content": [{"text": "ok"}]}},
        "usage": {"inputTokens": 7, "outputTokens": 3, "totalTokens": 10},
        "metrics": {"latencyMs": 120},
        "stopReason": "end_turn",
    }
    return 200, {"content-type": "application/json"}, json.dumps(said)


def forked(world: World, **body: Any) -> Any:
    at = {"started_at": "2026-03-21T10:00:00.000Z", "ended_at": "2026-03-21T10:00:01.000Z"}
    said = [{"role": "user", "content": "Cheap flight?"}]
    spans = [
        {
            "id": "s1",
            "span_type": "tool_call",
            "name": "search",
            "input": {"to": "LIS"},
            "output": {"price": 220},
            **at,
        },
        {
            "id": "s2",
            "span_type": "llm_call",
            "name": "answer",
            "model": MODEL,
            "input": said,
            "output": "220 EUR",
            **at,
        },
    ]
    world.call("POST", "/api/v1/traces", {"id": "trc_1", "name": "Quote", "status": "completed", "spans": spans})
    fork_id = world.call("POST", "/api/v1/forks", {"trace_id": "trc_1", "span_id": "s1"}).json["id"]
    world.call("POST", f"/api/v1/forks/{fork_id}/replay", body)
    return world.event("fork.requested")


@scenario("OnForkRequested")
def a_replay_of_the_record(world: World) -> Any:
    return forked(world, engine="recorded", substitutions=[MENDED])


@scenario("OnForkRequested")
def a_replay_by_a_model(world: World) -> Any:
    world.services["bedrock-runtime"] = bedrock
    return forked(world, engine="bedrock", substitutions=[MENDED])


@scenario("OnForkRequested")
def a_replay_by_a_runner(world: World) -> Any:
    return forked(world, engine="webhook", runner_url="https://1.1.1.1/replay")


@scenario("OnForkRecorded")
def a_runner_that_is_done(world: World) -> Any:
    event = forked(world, engine="webhook", runner_url="https://1.1.1.1/replay")
    world.invoke("OnForkRequested", event)
    fork_id = event["detail"]["fork_id"]
    trace_id = world.call("GET", f"/api/v1/forks/{fork_id}").json["fork_trace_id"]
    world.workspace.append(trace_id, [message("on my own"), DONE])
    return world.event("trace.completed")


@scenario("OnRegressionRequested")
def a_change_that_mends(world: World) -> Any:
    """Which verifies the incident."""
    for number in (1, 2):
        world.workspace.trace(f"trc_{number}", [*denied(number), DONE])
        opened = world.call("POST", f"/api/traces/trc_{number}/analyze").json["incidents"][0]["id"]
    world.call("POST", f"/api/incidents/{opened}/regression-runs", {"substitutions": [MENDED]})
    return world.event("regression.requested")
