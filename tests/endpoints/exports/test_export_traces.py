"""GET /api/v1/traces/export — bulk CSV."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeline.domain.evidence import csv_lines
from wakeline.services import trace_export

PATH = "/api/v1/traces/export"
COLUMNS = (
    "trace_id,agent_id,agent_name,operation,target_integration,resource_scope,data_classification,final_outcome,"
    "started_at,completed_at,duration_ms,approval_required,approver_name,approval_decision,approval_decided_at,"
    "policy_rule_id,policy_version"
)
MARCH = {"from_": "2026-03-01", "to": "2026-03-31", "format": "csv"}


@pytest.fixture
def auditor(workspace):
    return workspace.key("audit:export")


def rows(answer):
    return list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))


def test_credentials(stack, workspace):
    assert stack.call("GET", PATH, **MARCH).status == 401
    assert stack.call("GET", PATH, key=workspace.reader, **MARCH).error["code"] == "forbidden"


def test_columns_headers_and_order(stack, workspace, auditor):
    for day in (21, 20, 22):
        workspace.trace(f"t{day}", started_at=f"2026-03-{day}T10:00:00.000Z", agent="a", agent_id="agt_1")
    answer = stack.call("GET", PATH, key=auditor, **MARCH)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="audit-2026-03-01-to-2026-03-31.csv"'
    assert answer.headers["x-total-count"] == "3"
    assert {"X-Total-Count", "Content-Disposition"} <= set(answer.headers["access-control-expose-headers"].split(", "))
    assert answer.body.decode().split("\n")[0] == COLUMNS
    assert [row["trace_id"] for row in rows(answer)] == ["t20", "t21", "t22"]
    assert rows(answer)[0].items() >= {"agent_id": "agt_1", "agent_name": "a", "final_outcome": "in_progress"}.items()


def test_nothing_in_range_is_a_header(stack, auditor):
    answer = stack.call("GET", PATH, key=auditor, **MARCH)
    assert (answer.headers["x-total-count"], answer.body.decode()) == ("0", COLUMNS + "\n")


def test_both_ends_and_the_agent_narrow(stack, workspace, auditor):
    workspace.trace("a", started_at="2026-03-21T10:00:00.000Z", agent_id="x")
    workspace.trace("b", started_at="2026-03-21T11:00:00.000Z", agent_id="y")
    ask = lambda start, end, **more: [  # noqa: E731
        row["trace_id"] for row in rows(stack.call("GET", PATH, key=auditor, from_=start, to=end, format="csv", **more))
    ]
    assert ask("2026-03-21T10:00:00Z", "2026-03-21T11:00:00Z") == ["a", "b"]
    assert ask("2026-03-21T10:00:00.001Z", "2026-03-21T11:00:00Z") == ["b"]
    assert ask("2026-03-21", "2026-03-21", agent_id="x") == ["a"]
    assert ask("2026-03-22", "2026-03-22") == []


def test_a_project_key_exports_its_project(stack, workspace, elsewhere):
    workspace.trace("mine", project_id="proj_1")
    workspace.trace("other", project_id="proj_2")
    elsewhere.trace("theirs")
    key = workspace.key("audit:export", project="proj_1")
    assert [row["trace_id"] for row in rows(stack.call("GET", PATH, key=key, **MARCH))] == ["mine"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"to": "2026-03-31", "format": "csv"}, "from"),
        ({"from_": "2026-03-01", "format": "csv"}, "to"),
        ({"from_": "yesterday", "to": "2026-03-31", "format": "csv"}, "from"),
        ({"from_": "2026-03-01", "to": "2026-13-31", "format": "csv"}, "to"),
        ({"from_": "2026-03-31", "to": "2026-03-01", "format": "csv"}, "from"),
        ({"from_": "2026-03-01", "to": "2026-03-31"}, "format"),
        ({"from_": "2026-03-01", "to": "2026-03-31", "format": "json"}, "format"),
    ],
)
def test_bad_parameters(stack, auditor, query, field):
    answer = stack.call("GET", PATH, key=auditor, **query)
    assert (answer.status, answer.error["code"]) == (400, "validation_error")
    assert answer.error["details"][0]["field"] == field


def test_too_many(stack, workspace, auditor, monkeypatch):
    for n in range(3):
        workspace.trace(f"t{n}")
    monkeypatch.setattr(trace_export, "MOST", 2)
    answer = stack.call("GET", PATH, key=auditor, **MARCH)
    assert (answer.status, answer.error["code"]) == (413, "export_too_large")
    assert answer.error["message"] == "the export exceeds 2 traces; narrow the date range"
    monkeypatch.setattr(trace_export, "MOST", 3)
    assert stack.call("GET", PATH, key=auditor, **MARCH).status == 200


def test_hostile_names_stay_in_their_cells(stack, workspace, auditor):
    name = '=HYPERLINK("http://x","a,b")'
    workspace.trace("trc_1", agent=name, name='"quoted", \u202e right to left')
    (row,) = rows(stack.call("GET", PATH, key=auditor, **MARCH))
    assert row["agent_name"] == "'" + name
    assert row["operation"] == '"quoted", \u202e right to left'


@given(
    st.lists(
        st.lists(
            st.text() | st.sampled_from(['"', "\r\n", "\0", "=1+1", "-1", "@a", "\t", "\u202e"]), min_size=3, max_size=3
        )
    )
)
def test_any_text_round_trips(given_rows):
    written = csv_lines.lines(given_rows).decode()
    back = list(csv.reader(io.StringIO(written, newline="")))
    sane = [[cell.encode("utf-8", "replace").decode() for cell in row] for row in given_rows]
    assert [
        [cell.removeprefix("'") if raw[:1] in "=+-@\t\r" and raw else cell for cell, raw in zip(b, s, strict=True)]
        for b, s in zip(back, sane, strict=True)
    ] == sane
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in back for cell in row)
