"""PATCH /api/incidents/{incident_id}"""

import pytest

from local.engine import record_calls
from tests.endpoints.failing import denied
from tests.endpoints.incidents.conftest import opened
from wakeline import wiring
from wakeline.domain.audit import AUDIT_TRACE_ID
from wakeline.services import ledger


@pytest.fixture
def triager(workspace):
    return workspace.key("incidents:write")


def patched(stack, key, incident_id, **body):
    return stack.call("PATCH", f"/api/incidents/{incident_id}", key=key, body=body)


def test_anonymous(stack, incident):
    assert patched(stack, None, incident["id"], status="triaged").status == 401


def test_missing_scope(stack, workspace, incident):
    assert patched(stack, workspace.key(), incident["id"], status="triaged").status == 403


def test_another_workspaces_is_not_there(stack, elsewhere, workspace, incident):
    stranger = elsewhere.key("incidents:write")
    theirs, nobodys = (patched(stack, stranger, each, status="triaged") for each in (incident["id"], "inc_9"))
    assert theirs.status == nobodys.status == 404
    assert theirs.error["message"] == nobodys.error["message"]
    narrow = workspace.key("incidents:write", project="proj_2")
    assert patched(stack, narrow, incident["id"], status="triaged").status == 404
    shown = stack.call("GET", f"/api/incidents/{incident['id']}", key=workspace.reader).json
    assert shown["status"] == "new"


def test_a_status_and_an_owner(stack, workspace, incident, triager):
    answer = patched(stack, triager, incident["id"], status="triaged", owner_id="ann", reason="mine")
    assert answer.status == 200
    assert (answer.json["status"], answer.json["owner_id"], answer.json["owner"]) == ("triaged", "ann", "ann")
    *_, moved, owned = answer.json["history"]
    assert (moved["from"], moved["to"], moved["reason"]) == ("new", "triaged", "mine")
    assert (owned["from"], owned["to"]) == (None, "ann")
    assert moved["by"].startswith("key_")
    shown = stack.call("GET", f"/api/incidents/{incident['id']}", key=workspace.reader)
    assert shown.json == answer.json


def test_all_the_way(stack, incident, triager):
    for status in ("triaged", "fixing", "verified"):
        assert patched(stack, triager, incident["id"], status=status).json["status"] == status
    refused = patched(stack, triager, incident["id"], status="new")
    assert (refused.status, refused.error["code"]) == (409, "conflict")
    assert "triaged, fixing" in refused.error["message"]


def test_an_owner_is_cleared_and_absent_fields_stay(stack, incident, triager):
    patched(stack, triager, incident["id"], status="triaged", owner_id="ann")
    assert patched(stack, triager, incident["id"], status="fixing").json["owner_id"] == "ann"
    cleared = patched(stack, triager, incident["id"], owner_id=None).json
    assert (cleared["owner_id"], cleared["status"]) == (None, "fixing")


def test_nothing_changes_nothing(stack, incident, triager):
    assert patched(stack, triager, incident["id"]).json["incident"] == incident
    assert patched(stack, triager, incident["id"], status="new").json["incident"] == incident


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "open"}, "status"),
        ({"owner_id": 5}, "owner_id"),
        ({"owner_id": "a\nb"}, "owner_id"),
        ({"x": 1}, "x"),
    ],
)
def test_what_does_not_fit_is_named(stack, incident, triager, body, field):
    answer = patched(stack, triager, incident["id"], **body)
    assert (answer.status, answer.error["code"]) == (422, "validation_error")
    assert field in answer.error["message"]


@pytest.mark.parametrize("status", ["verified", "ignored"])
def test_one_that_recurs_is_new_again_as_a_regression(stack, workspace, incident, triager, status):
    patched(stack, triager, incident["id"], status=status, owner_id="ann")
    again = opened(stack, workspace, "trc_2", denied(2))
    assert again["id"] == incident["id"]
    assert (again["status"], again["regression"], again["reopened_count"], again["count"]) == ("new", True, 1, 2)
    assert again["owner_id"] == "ann"
    entry = again["history"][-1]
    assert (entry["action"], entry["from"], entry["trace_id"]) == ("reopened", status, "trc_2")


def test_what_it_costs(stack, incident, triager):
    patched(stack, triager, incident["id"], status="triaged")
    with record_calls() as calls:
        patched(stack, triager, incident["id"], status="fixing")
    assert calls.operations == [
        "UpdateItem", "GetItem",  # the key, the incident
        "GetItem", "PutItem", "PutItem",  # the audit log
        "GetItem", "PutItem",  # the incident
    ]  # fmt: skip


def test_it_is_noted_in_the_audit_log(stack, workspace, incident, triager):
    patched(stack, triager, incident["id"], status="triaged", owner_id="ann")
    patched(stack, triager, incident["id"], status="triaged")
    assert patched(stack, triager, incident["id"], status="new", owner_id="ann").status == 200
    trace = wiring.ledger().head(workspace.id, AUDIT_TRACE_ID)
    assert trace is not None
    noted = [event.body for event in ledger.read_events(wiring.ledger(), trace)]
    assert [each["action"] for each in noted] == ["incident.updated"] * 2
    assert noted[0]["resource_id"] == incident["id"]
    assert noted[0]["details"] == {"status": "triaged", "owner_id": "ann", "version": 1}
