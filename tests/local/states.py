"""States that functions meet beside those of the matrix and of the workers' scenarios: for what they may do in them."""

import json
from contextlib import suppress
from typing import Any

import pytest

from tests import kept
from tests.endpoints.billing.provider import WEBHOOK_KEY, event, signed
from tests.endpoints.failing import denied
from tests.endpoints.governing import Governed
from tests.endpoints.planted import BODIES
from tests.factories import llm_call, message
from tests.fakes.dying import Died
from tests.files import WEBM
from tests.local.watched import streaming
from tests.workers import scenarios
from tests.workers.world import World
from wakeline import settings
from wakeline.adapters import aws
from wakeline.adapters.outgoing.runners import WebhookRunners
from wakeline.domain.replay.engine import EngineFailed
from wakeline.wiring import stats

BILLING = {"api_key": "k", "webhook_key": WEBHOOK_KEY, "base_url": "https://1.1.1.1", "products": {"pro": "pdt_pro"}}
"""What a deployment that sells knows of its payment provider."""

EMBEDDING_MODEL = "amazon.titan-embed-text-v2:0"

_commit_sources = stats.commit_sources


def requests_that_are_repeated(world: World) -> None:
    """With an Idempotency-Key: at once, one that failed, and long after."""
    key = world.workspace.key("admin")

    def ask(trace_id: str) -> None:
        headers = {"Idempotency-Key": f"key-{trace_id}"}
        world.workspace.stack.call("POST", "/api/v1/tapes", key=key, body={"trace_id": trace_id}, headers=headers)

    world.workspace.trace("trc_1")
    for trace_id in ("trc_1", "trc_1", "nobodys", "nobodys"):
        ask(trace_id)
    world.clock.advance(days=30)
    ask("trc_1")


def a_transcript(world: World) -> None:
    line = {"type": "user", "uuid": "u1", "sessionId": "own", "message": {"role": "user", "content": "hello"}}
    world.call("POST", "/api/v1/traces", {"sessions": [{"id": "trc_1", "data": json.dumps(line) + "\n"}]})


def a_trace_with_all_that_there_is(world: World) -> None:
    """Read, erased from, and deleted."""
    scenarios.runs.incident(world)
    scenarios.uploads.came(scenarios.uploads.announced(world, "art_1"), WEBM)
    world.invoke("OnArtifactUploaded", {"detail": {"object": {"key": "artifacts/ws_1/trc_1/art_1/run.webm"}}})
    world.call("POST", "/api/v1/traces", {"id": "trc_2", "name": "n", "parent_trace_id": "trc_1"})
    world.ask("GET", "/artifacts/art_1")
    world.ask("GET", "/api/traces/trc_1/messages")
    world.ask("GET", "/api/stats", session_id="trc_1")
    world.ask("GET", "/api/v1/traces/wakeline:audit/events")
    first = world.call("GET", "/api/traces/trc_1/events").json["events"][0]["id"]
    world.call("PATCH", "/api/v1/traces/trc_1", {"erase": {"event_ids": [first]}})
    world.call("DELETE", "/api/v1/traces/trc_1")


def an_append_that_loses(world: World) -> None:
    """Another writer takes the place of its segment first."""
    world.workspace.trace("trc_1")
    world.meanwhile = "PutItem", b'"SEG#', lambda: world.workspace.append("trc_1", [message("I was faster")])
    world.call("POST", "/api/traces/trc_1/events", message())


def a_note_that_is_overtaken(world: World) -> None:
    """Before the audit log's HEAD names it, another one is behind it."""
    world.call("POST", "/api/budgets", BODIES["create_budget"])
    world.meanwhile = "PutItem", b'"HEAD"', lambda: world.call("POST", "/api/budgets", BODIES["create_budget"])
    world.call("POST", "/api/budgets", BODIES["create_budget"])


def a_file_whose_trace_goes_meanwhile(world: World) -> None:
    world.workspace.trace("trc_1")
    world.meanwhile = "PutObject", b"artifacts/", lambda: world.call("DELETE", "/api/v1/traces/trc_1")
    world.ask("POST", "/api/traces/trc_1/artifacts", BODIES["create_artifact"])


def a_governed_trace_that_is_to_go(world: World) -> None:
    governed = Governed(world.workspace.stack, world.workspace).ready()
    trace_id = governed.ask("read").json["trace_id"]
    world.ask("DELETE", f"/api/v1/traces/{trace_id}")


def a_tape_with_an_end(world: World) -> None:
    """Whose content goes before it."""
    world.workspace.trace("trc_1", [message()])
    slug = world.call("POST", "/api/v1/tapes", {"trace_id": "trc_1", "expires_in_days": 7}).json["slug"]
    for key in [key for key, _ in kept.objects(world.workers.engine) if key.startswith("tapes/")]:
        aws.client("s3").delete_object(Bucket=settings.bucket_name(), Key=key)
    world.ask("GET", f"/api/v1/tapes/{slug}", headers={"Accept": "application/json"})


def an_incident_of_a_repository(world: World) -> None:
    """Whose workspace has no GitHub App."""
    asked = llm_call(model=scenarios.replays.MODEL, messages=[{"role": "user", "content": "Deploy"}], content="ok")
    scenarios.runs.ended(world, "trc_1", asked | {"span_id": "s0"}, *denied(), repo="org/shop")
    opened = world.call("POST", "/api/traces/trc_1/analyze").json["incidents"][0]["id"]
    world.ask("POST", f"/api/incidents/{opened}/fix-agent", {})
    change = {"kind": "model", "value": scenarios.replays.MODEL}
    world.ask("POST", f"/api/incidents/{opened}/regression-runs", {"engine": "bedrock", "substitutions": [change]})
    world.invoke("OnRegressionRequested", world.event("regression.requested"))


def a_part_that_is_gone(world: World) -> None:
    """From the index, while somebody searches."""
    world.workspace.trace("trc_1", [message("walrus")])
    world.read()
    for key in [key for key, _ in kept.objects(world.workers.engine) if key.startswith("search/")]:
        aws.client("s3").delete_object(Bucket=settings.bucket_name(), Key=key)
    world.anew()
    world.ask("GET", "/api/search", q="walrus")


def an_hour_that_is_taken_up(world: World) -> None:
    """Its sealer died between archive and table."""

    def die() -> None:
        raise Died

    scenarios.evidence.hours_that_are_over(world)
    world.meanwhile = "PutItem", b'"DG#', die
    with pytest.raises(Died):
        world.invoke("SealDigests", {})
    world.invoke("SealDigests", {})


def what_was_counted_and_remembered(world: World) -> None:
    """Goes with what it came from: commits and counters of a deleted trace, memories of an erased event."""
    world.call("POST", "/api/config", {"memory": {"from_traces": True}})
    event = scenarios.views.commits_of_a_session(world)
    world.invoke("OnGitSyncRequested", event)
    world.workspace.trace("trc_2", [message("Always use tabs."), scenarios.runs.DONE])
    world.invoke("RememberTrace", world.event("trace.completed"))
    world.read()
    world.call("GET", "/api/stats")
    first = world.call("GET", "/api/traces/trc_2/events").json["events"][0]["id"]
    world.call("PATCH", "/api/v1/traces/trc_2", {"erase": {"event_ids": [first]}})
    world.call("DELETE", "/api/v1/traces/trc_1")
    world.read()


def a_replay_that_loses(world: World) -> None:
    asked = scenarios.replays.a_replay_of_the_record(world)
    trace_id = world.call("GET", f"/api/v1/forks/{asked['detail']['fork_id']}").json["fork_trace_id"]
    world.meanwhile = "TransactWriteItems", b'"SEG#', lambda: world.workspace.trace(trace_id, [message("I was faster")])
    world.invoke("OnForkRequested", asked)


def a_runner_that_cannot_be_reached(world: World) -> None:
    def unreachable(*_: Any) -> None:
        raise EngineFailed("nobody is there")

    world.patch.setattr(WebhookRunners, "send", unreachable)
    world.invoke("OnForkRequested", scenarios.replays.a_replay_by_a_runner(world))


def an_index_that_is_built(world: World) -> None:
    world.workspace.trace("trc_1", [message("walrus"), *denied()])
    world.call("POST", "/api/v1/memory", {"key": "k", "value": "walrus", "scope": "session", "session_id": "trc_1"})
    world.read()
    world.anew()
    world.call("GET", "/api/search", q="walrus")
    world.call("POST", "/api/v1/search", {"query": "walrus"})
    world.call("POST", "/api/v1/memory/search", {"query": "walrus"})


def hours_with_proofs(world: World) -> None:
    world.invoke("SealDigests", scenarios.evidence.hours_that_are_over(world))
    world.call("GET", "/api/v1/traces/trc_1/verify")
    world.call("GET", "/api/v1/traces/trc_1/proof")
    world.call("GET", "/api/v1/digests")
    key = world.workspace.key("admin")
    with streaming("ExportTrace"):
        world.workspace.stack.call("GET", "/api/v1/traces/trc_1/export", key=key)


def approvals_that_wait(world: World) -> None:
    governed = Governed(world.workspace.stack, world.workspace).ready()
    assert governed.ask().status < 300
    world.call("GET", "/api/v1/approvals")
    approval_id = world.call("GET", "/api/v1/approvals").json["data"][0]["id"]
    assert governed.decide("approve", approval_id).status == 200


def a_plan_that_was_bought(world: World) -> None:
    body = json.dumps(event("ws_1")).encode()
    answer = world.workspace.stack.call("POST", "/api/v1/billing/webhook", body=body, headers=signed(body, "msg_1"))
    assert answer.status < 300, answer.body
    world.ask("POST", "/api/v1/billing/portal", {})
    # A key without a plan of its own has its workspace's.
    world.workspace.stack.call("GET", "/api/v1/traces", key=world.workspace.key("admin", plan=None))


def vectors_by_a_model(world: World) -> None:
    world.patch.setenv("EMBEDDING_MODEL", EMBEDDING_MODEL)
    an_index_that_is_built(world)


def commits_from_github(world: World) -> None:
    """Which cannot be reached here, but is about to be asked with its token."""
    event = scenarios.views.commits_of_a_session(world)
    world.patch.setattr(stats, "commit_sources", _commit_sources)
    with suppress(Exception):
        world.invoke("OnGitSyncRequested", event)


def vector(_operation: str, _request: Any) -> tuple[int, dict[str, str], str]:
    """What the model says of any text."""
    return 200, {"content-type": "application/json"}, json.dumps({"embedding": [0.1] * 256})


STATES = [
    requests_that_are_repeated,
    a_transcript,
    a_trace_with_all_that_there_is,
    an_append_that_loses,
    a_note_that_is_overtaken,
    a_file_whose_trace_goes_meanwhile,
    a_governed_trace_that_is_to_go,
    a_tape_with_an_end,
    an_incident_of_a_repository,
    a_part_that_is_gone,
    an_hour_that_is_taken_up,
    what_was_counted_and_remembered,
    a_replay_that_loses,
    a_runner_that_cannot_be_reached,
    an_index_that_is_built,
    hours_with_proofs,
    approvals_that_wait,
    a_plan_that_was_bought,
    vectors_by_a_model,
    commits_from_github,
]
