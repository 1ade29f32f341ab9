"""Governed operations: what may run, what may not, and what is reported of it."""

import asyncio
import time
from typing import Any

import pytest

import wakeline_sdk as wakeline
from tests.sdk.fake_server import answering, away

ASKED: dict[str, Any] = {
    "agent_id": "deployer",
    "target_integration": "aws",
    "resource_scope": "prod",
    "data_classification": "internal",
}


@pytest.fixture(autouse=True)
def _connected(start, monkeypatch):
    start()
    monkeypatch.setattr(time, "sleep", lambda _: None)


def decide(server, decision, **more):
    said = {"decision": decision, "trace_id": "trc_g", "approval_request_id": "apr_1", "reason": "because", **more}
    server.answers["POST /api/v1/evaluate"] = said


def test_what_is_allowed_runs_and_is_reported(server):
    decide(server, "allow")
    with wakeline.guard("deploy", **ASKED) as permit:
        assert permit.decision["decision"] == "allow"
    assert server.outcomes == {"trc_g": {"status": "success"}}


def test_a_failure_of_what_was_allowed_is_reported(server):
    decide(server, "allow")

    @wakeline.guard("deploy", **ASKED)
    def deploy():
        raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        deploy()
    assert server.outcomes["trc_g"] == {"status": "error", "metadata": {"error": "OSError: no disk"}}


def test_what_is_denied_does_not_run(server):
    decide(server, "deny")
    with pytest.raises(wakeline.Denied, match="because"), wakeline.guard("deploy", **ASKED):
        pytest.fail("it ran")
    assert server.outcomes == {}


@pytest.mark.parametrize(("status", "runs"), [("approved", True), ("denied", False), ("expired", False)])
def test_a_person_decides(server, status, runs):
    decide(server, "approval_required")
    waits = iter(["pending", "pending", status])

    def ask(request):
        if request.url.path == "/api/v1/traces/trc_g":
            server.answers["GET /api/v1/traces/trc_g"] = {"approval_requests": [{"id": "apr_1", "status": next(waits)}]}

    server.always = ask
    ran = []
    try:
        with wakeline.guard("deploy", wait=60, **ASKED):
            ran.append(1)
    except wakeline.Denied as error:
        assert status in str(error)  # noqa: PT017 - whether it is raised depends on the parameter
    assert bool(ran) is runs


def test_nobody_decides_in_time(server):
    decide(server, "approval_required")
    server.answers["GET /api/v1/traces/trc_g"] = {"approval_requests": [{"id": "apr_1", "status": "pending"}]}
    with pytest.raises(wakeline.Denied, match="in time"), wakeline.guard("deploy", wait=0, **ASKED):
        pytest.fail("it ran")


@pytest.mark.parametrize("fault", [away, answering(500), answering(401), answering(404)])
def test_no_answer_is_a_no(server, fault):
    server.always = fault
    with pytest.raises(wakeline.Denied), wakeline.guard("deploy", **ASKED):
        pytest.fail("it ran")


def test_no_answer_is_a_yes_for_those_who_say_so(server):
    server.always = away
    ran = []
    with wakeline.guard("deploy", fail_open=True, **ASKED):
        ran.append(1)
    assert ran


def test_a_short_absence_is_waited_out_under_the_same_key(server):
    decide(server, "allow")
    keys = []

    def note(request):
        keys.append(request.headers["Idempotency-Key"])

    def busy(request):
        note(request)
        return answering(503)(request)

    server.faults = [busy, away]
    server.always = note
    assert wakeline.evaluate("deployer", "deploy")["decision"] == "allow"
    assert len(set(keys)) == 1
    assert len(keys) == 2


def test_asynchronous(server):
    decide(server, "allow")

    @wakeline.guard("deploy", **ASKED)
    async def deploy() -> str:
        return "out"

    assert asyncio.run(deploy()) == "out"
    assert server.outcomes == {"trc_g": {"status": "success"}}


def test_the_running_trace_is_named(server):
    decide(server, "allow")
    seen = []
    server.always = lambda r: seen.append(r.content) if r.url.path.endswith("evaluate") else None
    with wakeline.trace("run", id="trc_parent"), wakeline.guard("deploy", **ASKED):
        pass
    assert b'"parent_trace_id":"trc_parent"' in seen[0]
