"""GET /api/v1/audit/export — events of a range of time, in four formats."""

import csv
import io
import json

import jsonschema  # type: ignore[import-untyped]
import pytest
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema  # type: ignore[import-untyped]

from tests.factories import message
from wakeline.services import audit_export

PATH = "/api/v1/audit/export"
COLUMNS = [
    "event_id", "trace_id", "agent_id", "event_type", "actor_type", "actor_name", "description", "status", "timestamp",
    "policy_version", "integrity_hash",
]  # fmt: skip
MARCH = {"from_": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture
def auditor(workspace):
    return workspace.key("audit:export")


def at(moment, **said):
    return message(timestamp=f"2026-03-{moment}Z", **said)


def test_credentials(stack, workspace):
    assert stack.call("GET", PATH, **MARCH).status == 401
    assert stack.call("GET", PATH, key=workspace.reader, **MARCH).error["code"] == "forbidden"


def test_json(stack, workspace, auditor):
    trace = workspace.trace("trc_1", [at("21T10:00:00", id="e1"), at("21T10:00:01", id="e2")], agent_id="agt_1")
    answer = stack.call("GET", PATH, key=auditor, **MARCH)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-total-count"] == "2"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="audit-events-2026-03-01-to-2026-03-31.json"'
    )
    assert [list(row) for row in answer.json] == [COLUMNS, COLUMNS]
    assert answer.json[1]["integrity_hash"] == trace.head_hash
    assert answer.json[0].items() >= {"event_id": "e1", "trace_id": "trc_1", "agent_id": "agt_1"}.items()


def test_nothing_is_an_empty_array(stack, auditor):
    answer = stack.call("GET", PATH, key=auditor, **MARCH)
    assert (answer.json, answer.headers["x-total-count"]) == ([], "0")
    assert stack.call("GET", PATH, key=auditor, format="ndjson", **MARCH).body == b""


def test_csv_and_ndjson_say_the_same(stack, workspace, auditor):
    workspace.trace("trc_1", [at("21T10:00:00"), at("22T10:00:00")])
    said = stack.call("GET", PATH, key=auditor, **MARCH).json
    lines = stack.call("GET", PATH, key=auditor, format="ndjson", **MARCH)
    assert [json.loads(line) for line in lines.body.splitlines()] == said
    table = stack.call("GET", PATH, key=auditor, format="csv", **MARCH)
    assert table.headers["content-type"].startswith("text/csv")
    read = list(csv.DictReader(io.StringIO(table.body.decode(), newline="")))
    assert list(read[0]) == COLUMNS
    assert [row["event_id"] for row in read] == [row["event_id"] for row in said]


def test_events_of_many_traces_come_by_their_own_time(stack, workspace, auditor):
    # Segments overlap, one spans more than a day, one month ends, and one trace was appended to out of order.
    workspace.trace("a", [at("01T00:00:00", id="a1"), at("31T23:59:59", id="a2")])
    workspace.trace("b", [at("20T10:00:03", id="b2"), at("20T10:00:01", id="b1")])
    workspace.trace("c", [at("20T10:00:02", id="c1")])
    workspace.append("c", [at("20T10:00:04", id="c2")])
    workspace.trace("d", [message(timestamp="2026-02-28T23:59:59Z", id="d0"), at("01T00:00:01", id="d1")])
    found = [row["event_id"] for row in stack.call("GET", PATH, key=auditor, **MARCH).json]
    assert found == ["a1", "d1", "b1", "c1", "b2", "c2", "a2"]
    narrow = stack.call("GET", PATH, key=auditor, from_="2026-03-20T10:00:02Z", to="2026-03-20T10:00:03Z")
    assert [row["event_id"] for row in narrow.json] == ["c1", "b2"]
    assert narrow.headers["x-total-count"] == "2"


def test_isolation(stack, workspace, elsewhere, auditor):
    workspace.trace("mine", [at("21T10:00:00")], project_id="proj_1")
    workspace.trace("other", [at("21T10:00:00")], project_id="proj_2")
    elsewhere.trace("theirs", [at("21T10:00:00")])
    both = stack.call("GET", PATH, key=auditor, **MARCH).json
    assert {row["trace_id"] for row in both} == {"mine", "other"}
    narrow = stack.call("GET", PATH, key=workspace.key("audit:export", project="proj_1"), **MARCH)
    assert [row["trace_id"] for row in narrow.json] == ["mine"]
    assert narrow.headers["x-total-count"] == "1"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"to": "2026-03-31"}, "from"),
        ({"from_": "2026-03-01"}, "to"),
        ({"from_": "03/01/2026", "to": "2026-03-31"}, "from"),
        ({"from_": "2026-03-01", "to": "2026-03-31", "format": "xml"}, "format"),
    ],
)
def test_bad_parameters(stack, auditor, query, field):
    answer = stack.call("GET", PATH, key=auditor, **query)
    assert (answer.status, answer.error["code"]) == (400, "validation_error")
    assert answer.error["details"][0]["field"] == field


def test_too_many_is_told_without_reading_them(stack, workspace, auditor, monkeypatch):
    workspace.trace("trc_1", [at("21T10:00:00") for _ in range(4)])
    monkeypatch.setattr(audit_export.Events.count, "__defaults__", (3,))
    answer = stack.call("GET", PATH, key=auditor, **MARCH)
    assert (answer.status, answer.error["code"]) == (413, "export_too_large")
    assert answer.error["message"] == "the export exceeds 3 events; narrow the date range"
    # A segment across an end of the range counts only what lies within.
    assert stack.call("GET", PATH, key=auditor, from_="2026-03-22", to="2026-03-23").status == 200


def test_a_project_among_many_is_not_looked_for_without_end(stack, workspace, monkeypatch):
    workspace.trace("mine", [at("21T10:00:00")], project_id="proj_1")
    for number in range(3):
        workspace.trace(f"other_{number}", [at("21T10:00:00") for _ in range(4)], project_id="proj_2")
    key = workspace.key("audit:export", project="proj_1")
    assert stack.call("GET", PATH, key=key, **MARCH).headers["x-total-count"] == "1"
    monkeypatch.setattr(audit_export, "MOST", 1)
    answer = stack.call("GET", PATH, key=key, **MARCH)
    assert (answer.status, answer.error["code"]) == (413, "export_too_large")
    assert "other projects" in answer.error["message"]


SCHEMAS = OcsfJsonSchemaEmbedded(get_ocsf_schema("1.5.0"))


def test_ocsf_is_valid_against_the_published_schema(stack, workspace, auditor):

    events = [
        at("21T10:00:00"),
        {"type": "tool_call", "payload": {"tool_name": "Bash", "arguments": {}}},
        {"type": "tool_result", "payload": {"error": "no such file"}},
        {"type": "llm_call", "payload": {"model": "claude-opus-4-5"}},
        {"type": "error", "payload": {"message": "x"}},
        {"type": "custom.thing", "payload": {}},
        {"type": "sensitive_operation_detected", "payload": {"risk_classification": "critical"}},
        {"type": "operation_denied", "payload": {}},
        {"type": "approval_denied", "actor": {"type": "human_reviewer", "name": "Bob"}, "payload": {}},
    ]
    workspace.trace("trc_1", [each | {"timestamp": "2026-03-21T10:00:00Z"} for each in events])
    answer = stack.call("GET", PATH, key=auditor, format="ocsf", **MARCH)
    found = [json.loads(line) for line in answer.body.splitlines()]
    assert [each["class_uid"] for each in found] == [6003] * 6 + [2004] * 3
    for each in found:
        name = "api_activity" if each["class_uid"] == 6003 else "detection_finding"
        jsonschema.validate(each, SCHEMAS.get_class_schema(name))
    assert found[6]["severity"] == "Critical"
    assert (found[2]["status"], found[2]["time"]) == ("Failure", 1774087200000)
