"""GET /api/v1/traces/{trace_id}/export, and that what it gives verifies with nothing but the file."""

import copy
import json
from datetime import timedelta

import pytest

from local.cli import main as cli
from tests.factories import message, tool_call
from tests.fakes.env import START, Clock, fixed_env
from wakeline import wiring
from wakeline.adapters.kms import is_signed
from wakeline.domain.evidence.check import check
from wakeline.domain.evidence.digest import start_of
from wakeline.domain.evidence.report import Outside, public_key_of
from wakeline.services import digests
from wakeline.wiring import evidence

PATH = "/api/v1/traces/trc_1/export"
GOVERNED = [
    {"type": "approval_requested", "payload": {"approval_request_id": "apr_1", "flag_reason": "Confidential data"}},
    {
        "type": "approval_granted",
        "actor": {"type": "human_reviewer", "name": "Bob Smith"},
        "payload": {"approval_request_id": "apr_1", "decision_note": "fine"},
    },
]


@pytest.fixture
def auditor(workspace):
    return workspace.key("audit:export", "traces:read")


@pytest.fixture
def clock(stack, monkeypatch):
    last = evidence.digests().last()
    clock = Clock(
        start_of(last.hour) + timedelta(hours=1, minutes=10) if last else START + timedelta(days=90, minutes=10)
    )
    env = fixed_env(clock)
    monkeypatch.setattr(wiring, "env", lambda: env)
    return clock


@pytest.fixture
def trace(workspace, clock):
    facts = {
        "agent": "deploy-agent",
        "agent_id": "agt_1",
        "created_at": clock.moment.isoformat().replace("+00:00", "Z"),
    }
    odd = message("ünïcode \u2028 \U0001f600", metadata={"n": 1e16, "f": 1.0, "deep": [{"a": None}]})
    return workspace.trace("trc_1", [odd, tool_call(), *GOVERNED], **facts)


def exported(stack, key):
    answer = stack.call("GET", PATH, key=key)
    assert answer.status == 200, answer.body
    return answer


def test_credentials(stack, workspace):
    assert stack.call("GET", PATH).status == 401
    assert stack.call("GET", PATH, key=workspace.key("traces:read", "traces:write")).error["code"] == "forbidden"


def test_unknown_or_elsewhere(stack, workspace, elsewhere, trace):
    assert stack.call("GET", PATH, key=elsewhere.key("admin")).error["code"] == "not_found"
    assert stack.call("GET", PATH, key=workspace.key("audit:export", project="proj_2")).status == 404
    assert stack.call("GET", "/api/v1/traces/none/export", key=workspace.key("admin")).status == 404
    assert stack.call("GET", "/api/v1/traces/a%2Fb/export", key=workspace.key("admin")).status == 404


def test_the_references_shape(stack, auditor, trace):
    answer = exported(stack, auditor)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == 'attachment; filename="trace-trc_1.json"'
    said = answer.json
    assert said["trace"]["id"] == "trc_1"
    assert {
        "agent_id", "agent_name", "authority_model", "requested_operation", "target_integration", "resource_scope",
        "parent_trace_id", "final_outcome", "started_at", "completed_at", "duration_ms",
    } <= said["trace"].keys()  # fmt: skip
    assert [event["event_type"] for event in said["events"]] == [
        "user_message",
        "tool_call",
        "approval_requested",
        "approval_granted",
    ]
    assert said["events"][0]["integrity_hash"].startswith("sha256:")
    (request,) = said["approval_requests"]
    assert (
        request.items()
        >= {
            "id": "apr_1",
            "status": "approved",
            "flag_reason": "Confidential data",
            "approver_name": "Bob Smith",
            "decision_note": "fine",
        }.items()
    )
    assert said["exported_at"].endswith("Z")


def test_it_verifies_before_its_first_digest(stack, auditor, trace):
    report = check(exported(stack, auditor).json, is_signed)
    assert (report.valid, report.events) == (True, 4), report.findings
    assert any("no digest yet" in warning for warning in report.warnings)


def test_it_verifies_with_its_proofs(stack, workspace, auditor, trace, clock):
    clock.advance(hours=1)
    digests.seal_due(evidence.notary())
    workspace.append("trc_1", [message("later")])
    clock.advance(hours=1)
    digests.seal_due(evidence.notary())
    said = exported(stack, auditor).json
    assert len(said["integrity"]["proofs"]) == len(said["integrity"]["digests"]) == 2
    key = public_key_of(said["integrity"]["public_key"])
    listed = stack.call("GET", "/api/v1/digests", key=auditor).json["digests"]
    report = check(said, is_signed, Outside(digests=tuple(listed), public_key=key))
    assert report.valid, report.findings
    assert report.warnings == []


def test_an_empty_trace_verifies(stack, workspace, auditor, clock):
    workspace.trace("trc_1")
    report = check(exported(stack, auditor).json, is_signed)
    assert (report.valid, report.events) == (True, 0), report.findings


def test_a_long_trace_comes_whole(stack, workspace, auditor, clock):
    text = "".join(chr(33 + n * 7 % 90) for n in range(1500))
    workspace.trace("trc_1", [message(f"{n} {text}") for n in range(5000)])
    answer = exported(stack, auditor)
    assert len(answer.body) > 8_000_000
    report = check(answer.json, is_signed)
    assert (report.valid, report.events) == (True, 5000), report.findings


def leaves_of(value, path=()):
    """Every place in a JSON document that holds a plain value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves_of(inner, (*path, name))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from leaves_of(inner, (*path, at))
    else:
        yield path


def changed(said, path):
    """The document with one value altered."""
    altered = copy.deepcopy(said)
    *way, last = path
    place = altered
    for step in way:
        place = place[step]
    old = place[last]
    if isinstance(old, bool) or old is None:
        place[last] = not old
    elif isinstance(old, int | float):
        place[last] = old + 1 if old < 1e15 else 0
    elif old.startswith("sha256:"):
        place[last] = "sha256:" + ("0" if old[7] != "0" else "1") + old[8:]
    else:
        place[last] = old + "x" if not old.endswith("Z") else old[:-2] + "8Z" if old[-2] != "8" else old[:-2] + "7Z"
    return altered


UNCOVERED = {("exported_at",)}
"""When the file was made is nobody's claim about the trace."""


def test_every_single_value_of_the_file_is_covered(stack, workspace, auditor, trace, clock):
    clock.advance(hours=1)
    digests.seal_due(evidence.notary())
    said = exported(stack, auditor).json
    key = public_key_of(said["integrity"]["public_key"])
    assert check(said, is_signed, Outside(public_key=key)).valid
    missed = [
        path
        for path in leaves_of(said)
        if path not in UNCOVERED and check(changed(said, path), is_signed, Outside(public_key=key)).valid
    ]
    assert missed == [("integrity", "public_key")]  # given from outside here; and without that:
    assert not check(changed(said, ("integrity", "public_key")), is_signed).valid


@pytest.mark.parametrize("at", [0, 1, 3])
def test_events_that_are_dropped_doubled_or_swapped(stack, auditor, trace, at):
    said = exported(stack, auditor).json
    dropped, doubled, swapped = copy.deepcopy(said), copy.deepcopy(said), copy.deepcopy(said)
    del dropped["events"][at]
    doubled["events"].insert(at, said["events"][at])
    swapped["events"][at - 1], swapped["events"][at] = swapped["events"][at], swapped["events"][at - 1]
    for altered in (dropped, doubled, swapped):
        report = check(altered, is_signed)
        assert not report.valid
        assert any(finding.where for finding in report.findings if not finding.ok)


@pytest.mark.parametrize(
    "said", [None, [], {}, {"integrity": {"format": "x"}}, {"integrity": {"format": "wakeline-export/1"}}, 7]
)
def test_what_is_no_export_is_said_to_be_none(said):
    report = check(said, is_signed)
    assert not report.valid


def test_the_command(stack, auditor, trace, clock, tmp_path, capsys):
    clock.advance(hours=1)
    (digest,) = digests.seal_due(evidence.notary())
    said = exported(stack, auditor).json
    export, key, one = tmp_path / "export.json", tmp_path / "key.pem", tmp_path / "digest.json"
    export.write_text(json.dumps(said))
    key.write_text(said["integrity"]["public_key"])
    one.write_bytes(stack.call("GET", f"/api/v1/digests/{digest.id}", key=auditor).body)
    assert cli(["verify", str(export), "--public-key", str(key), "--digest", str(one)]) == 0
    assert capsys.readouterr().out.endswith("VALID\n")
    said["events"][1]["payload"]["tool_name"] = "Read"
    export.write_text(json.dumps(said))
    assert cli(["verify", str(export)]) == 1
    told = capsys.readouterr().out
    assert f"event 1 ({said['events'][1]['id']}): payload or metadata is not what payload_digest covers" in told
    assert cli(["verify", str(export), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["valid"] is False
    export.write_text("no json")
    assert cli(["verify", str(export)]) == 2
