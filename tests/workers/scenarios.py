"""What the workers are tried with while AWS fails them (test_faults.py): one scenario at least of each."""

import json
from typing import Any

from tests.endpoints.failing import denied
from tests.endpoints.governing import Governed
from tests.factories import llm_call, message
from tests.files import WEBM
from wakeline import settings
from wakeline.adapters import aws
from wakeline.domain.commits import Commit

from .world import World, scenario

FAILED = {"type": "session_end", "payload": {"status": "failed"}}
DONE = {"type": "session_end", "payload": {"status": "completed"}}
MODEL = "anthropic.claude-x"
MENDED = {"kind": "tool_output", "span_id": "s1", "value": "ok"}


def ended(world: World, trace_id: str = "trc_1", *events: dict[str, Any], **facts: Any) -> str:
    """A trace that ran to its end."""
    world.workspace.trace(trace_id, [*(events or denied()), FAILED], **facts)
    return trace_id


# ---- Readers of the table's stream ----------------------------------------------------------------------------------


@scenario("ReadChanges")
def runs_that_end(world: World) -> None:
    """One with a cost that reaches a budget, one of another project, one that goes on after its end."""
    world.call("POST", "/api/budgets", {"name": "b", "amount": 5, "period": "daily"})
    ended(world, "trc_1", message("Deploy"), llm_call(cost_usd=6) | {"timestamp": "2026-03-21T10:00:00.000Z"})
    ended(world, "trc_2", project_id="proj_2")
    world.workspace.append("trc_2", [message("one more thing"), DONE])


@scenario("ReadChanges")
def what_is_counted_already(world: World) -> None:
    """One trace is deleted, of another an event is erased."""
    for trace_id in ("trc_1", "trc_2"):
        ended(world, trace_id, message("Deploy"), llm_call())
    world.read()
    world.call("DELETE", "/api/v1/traces/trc_1")
    event_id = world.call("GET", "/api/traces/trc_2/events").json["events"][0]["id"]
    world.call("PATCH", "/api/v1/traces/trc_2", {"erase": {"event_ids": [event_id]}})


@scenario("ReadChanges")
def transitions_of_other_items(world: World) -> None:
    """An incident, an approval, a policy, a fork, a regression run."""
    governed = Governed(world.workspace.stack, world.workspace).ready()
    assert governed.ask().status < 300
    incident_id = incident(world)
    world.call("POST", f"/api/incidents/{incident_id}/regression-runs", {"substitutions": [MENDED]})
    world.call("PATCH", f"/api/incidents/{incident_id}", {"status": "triaged"})
    fork_id = world.call("POST", "/api/v1/forks", {"trace_id": "trc_1", "span_id": "s1"}).json["id"]
    world.call("POST", f"/api/v1/forks/{fork_id}/replay", {"engine": "recorded"})


@scenario("ReadLive")
def clients_that_watch(world: World) -> None:
    """One sees everything, one its session, one has gone without a word."""
    for name, query in (("c1", {}), ("c2", {"session_id": ["trc_1"]}), ("c3", {})):
        answer = world.invoke("Connect", hello(world, name, **query))
        assert answer["statusCode"] == 200
    world.workers.gone.add("c3")
    world.clock.advance(minutes=1)  # one that is not there in its first seconds may be about to come
    for trace_id in ("trc_1", "trc_2"):
        world.workspace.trace(trace_id, [message(), DONE])


# ---- WebSockets -----------------------------------------------------------------------------------------------------


def hello(world: World, name: str, **query: Any) -> dict[str, Any]:
    """What API Gateway says of a client that opens /ws."""
    return {
        "requestContext": {"routeKey": "$connect", "connectionId": name, "requestId": "r-1", "identity": {}},
        "headers": {"Authorization": f"Bearer {world.workspace.reader}"},
        "multiValueQueryStringParameters": query or None,
    }


@scenario("Connect")
def a_client(world: World) -> Any:
    return hello(world, "c1", session_id=["trc_1"])


@scenario("Disconnect")
def a_client_that_leaves(world: World) -> Any:
    world.invoke("Connect", hello(world, "c1"))
    return {"requestContext": {"connectionId": "c1"}}


@scenario("Default")
def a_ping(_world: World) -> Any:
    return {"requestContext": {"connectionId": "c1"}, "body": "ping"}


# ---- Uploads --------------------------------------------------------------------------------------------------------


def announced(world: World, artifact_id: str, content: bytes = WEBM) -> str:
    """An upload that is announced; where its file belongs."""
    world.call(
        "POST",
        "/api/traces/trc_1/artifacts",
        {
            "artifact_id": artifact_id,
            "filename": "run.webm",
            "content_type": "video/webm",
            "size_bytes": len(content),
        },
    )
    return f"artifacts/ws_1/trc_1/{artifact_id}/run.webm"


def came(path: str, content: bytes) -> dict[str, Any]:
    """The file of an announced upload, and S3's news of it."""
    aws.client("s3").put_object(Bucket=settings.bucket_name(), Key=path, Body=content)
    return {"detail": {"bucket": {"name": settings.bucket_name()}, "object": {"key": path}}}


@scenario("OnArtifactUploaded")
def a_film(world: World) -> Any:
    world.workspace.trace("trc_1")
    return came(announced(world, "art_1"), WEBM)


@scenario("OnArtifactUploaded")
def not_a_film(world: World) -> Any:
    world.workspace.trace("trc_1")
    html = b"<html>" + b" " * (len(WEBM) - 6)
    return came(announced(world, "art_1"), html)


@scenario("SweepArtifacts")
def yesterdays_uploads(world: World) -> Any:
    """One never came, one came unnoticed."""
    world.workspace.trace("trc_1")
    announced(world, "art_1")
    came(announced(world, "art_2"), WEBM)
    world.clock.advance(hours=30)
    return {}


# ---- Analysis and incidents -----------------------------------------------------------------------------------------


@scenario("OnTraceCompleted")
def a_run_that_fails(world: World) -> Any:
    ended(world)
    return world.event("trace.completed")


@scenario("OnTraceCompleted")
def another_run_of_an_incident(world: World) -> Any:
    """The incident is there, with the analysis of a run before; the run was analysed once, and went on since."""
    incident(world)
    ended(world, "trc_2", *denied(2))
    world.call("POST", "/api/traces/trc_2/analyze")
    world.workspace.append("trc_2", [message("again"), *denied(3), FAILED])
    return world.event("trace.completed")


def incident(world: World) -> str:
    """An incident of trc_1."""
    ended(world, "trc_1")
    found = world.call("POST", "/api/traces/trc_1/analyze").json["incidents"][0]["id"]
    return str(found)


# ---- Replay ---------------------------------------------------------------------------------------------------------


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


# ---- Governance -----------------------------------------------------------------------------------------------------


@scenario("SweepApprovals")
def requests_that_nobody_decided(world: World) -> Any:
    governed = Governed(world.workspace.stack, world.workspace).ready()
    for scope in ("production/web", "production/api"):
        assert governed.ask(resource_scope=scope).json["approval_request_id"]
    world.clock.advance(minutes=11)
    return {}


# ---- Evidence -------------------------------------------------------------------------------------------------------


@scenario("SealDigests")
def hours_that_are_over(world: World) -> Any:
    """Sealed is the first; two are missed, in which a trace went on and another came and went."""
    world.workspace.trace("trc_1", [message()], created_at="2026-03-21T10:00:00.000Z")
    world.clock.advance(hours=1, minutes=5)
    world.invoke("SealDigests", {})
    world.workspace.append("trc_1", [message("more")])
    world.workspace.trace("trc_2", [message()], created_at="2026-03-21T11:05:00.000Z")
    world.call("DELETE", "/api/v1/traces/trc_2")
    world.clock.advance(hours=2)
    return {}


@scenario("FanOutWebhooks")
def an_event_that_two_webhooks_want(world: World) -> Any:
    for path in ("a", "b"):
        world.call("POST", "/api/v1/webhooks", {"url": f"https://1.1.1.1/{path}", "events": ["trace.*"]})
    ended(world)
    return world.event("trace.completed")


def queued(world: World) -> dict[str, Any]:
    """What waits on the queue, as Lambda hands it over."""
    event = an_event_that_two_webhooks_want(world)
    world.invoke("FanOutWebhooks", event)
    url = settings.webhook_queue_url()
    sqs = aws.client("sqs")
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    for each in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return {"Records": [{"messageId": each["MessageId"], "body": each["Body"]} for each in found]}


@scenario("DeliverWebhooks")
def messages_that_are_taken(world: World) -> Any:
    return queued(world)


@scenario("DeliverWebhooks")
def messages_that_are_refused(world: World) -> Any:
    world.answers = 503
    return queued(world)


@scenario("SweepRetention")
def a_trace_that_outlived_its_time(world: World) -> Any:
    """With a file and an analysis; beside it one that goes on."""
    text = 'version = 1\n[governance]\ndefault = "allow"\n[retention]\ndays = 10\n'
    world.call("PUT", "/api/v1/policy", text.encode(), headers={"Content-Type": "application/toml"})
    incident(world)
    world.workspace.trace("trc_2", [message()])
    came(announced(world, "art_1"), WEBM)
    world.clock.advance(days=1)
    world.invoke("NightlyExports", {})
    world.clock.advance(days=8)
    world.workspace.append("trc_2", [message("still here")])
    world.clock.advance(days=3)
    return {}


@scenario("NightlyExports")
def days_that_are_over(world: World) -> Any:
    world.workspace.trace("trc_1", [message("a"), message("b")])
    world.clock.advance(days=1)
    world.invoke("NightlyExports", {})
    world.workspace.append("trc_1", [message("c")])
    world.workspace.trace("trc_2", [message("d")])
    world.clock.advance(days=1)
    return {}


# ---- Statistics -----------------------------------------------------------------------------------------------------


@scenario("OnGitSyncRequested")
def commits_of_a_session(world: World) -> Any:
    change = {"type": "file_change", "payload": {"path": "/home/ann/shop/src/cart.py", "action": "modified"}}
    at = {"timestamp": "2026-03-21T10:00:00.000Z"}
    world.workspace.trace("trc_1", [change | at, DONE | at], repo="org/shop", branch="main")
    for sha in "abc":
        said: dict[str, Any] = {"message": "Mend it", "author": "Ann", "committed_at": "2026-03-21T10:01:00.000Z"}
        counts: dict[str, Any] = {"files": ("src/cart.py",), "insertions": 3, "deletions": 1}
        world.commits.append(
            Commit(sha=sha * 40, url=f"https://github.com/org/shop/commit/{sha * 40}", **said, **counts)
        )
    world.call("POST", "/api/git-sync", {"session_id": "trc_1"})
    return world.event("git_sync.requested")


# ---- Search and memory ----------------------------------------------------------------------------------------------


@scenario("MergeSearch")
def a_tier_that_is_full(world: World) -> Any:
    for number in range(8):
        world.workspace.trace(f"trc_{number}", [message(f"hello {number}")])
        world.read()
    return {"detail": {"object": {"key": "search/ws_1/part_x.sqlite"}}}


@scenario("ForgetTrace")
def a_trace_that_was_deleted(world: World) -> Any:
    for trace_id in ("trc_1", "trc_2"):
        world.workspace.trace(trace_id, [message(f"hello {trace_id}")])
        world.call(
            "POST", "/api/v1/memory", {"key": f"k-{trace_id}", "value": "v", "scope": "session", "session_id": trace_id}
        )
        world.read()
    world.call("DELETE", "/api/v1/traces/trc_1")
    return world.event("trace.deleted")


@scenario("RememberTrace")
def a_session_with_memories(world: World) -> Any:
    world.call("POST", "/api/config", {"memory": {"from_traces": True}})
    world.workspace.trace("trc_1", [message("Always use tabs."), message("No, use pnpm.")])
    world.call("POST", "/api/v1/memory", {"key": "k", "value": "v", "scope": "session", "session_id": "trc_1"})
    world.workspace.append("trc_1", [DONE])
    return world.event("trace.completed")
