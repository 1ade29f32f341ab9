"""GET /api/incidents"""

import pytest

from local.engine import record_calls
from tests.endpoints.stack import pages


def listed(stack, key, **query):
    return stack.call("GET", "/api/incidents", key=key, **query)


def ids(answer):
    assert answer.status == 200, answer.body
    return [each["id"] for each in answer.json["incidents"]]


def test_anonymous(stack):
    assert listed(stack, None).status == 401


def test_missing_scope(stack, workspace):
    assert listed(stack, workspace.writer).status == 403


def test_another_workspaces_are_not_there(stack, elsewhere, several):
    answer = listed(stack, elsewhere.reader)
    assert (answer.json["incidents"], answer.json["total"]) == ([], 0)


def test_last_seen_first(stack, workspace, several):
    answer = listed(stack, workspace.reader)
    assert ids(answer) == [each["id"] for each in reversed(several)]
    said = {name: answer.json[name] for name in ("total", "total_exact", "limit", "offset", "next_cursor")}
    assert said == {"total": 3, "total_exact": True, "limit": 50, "offset": 0, "next_cursor": None}
    assert answer.json["incidents"][-1] == several[0]


def test_projects(stack, workspace, several):
    assert ids(listed(stack, workspace.reader, project_id="proj_2")) == [several[2]["id"]]
    narrow = workspace.key("traces:read", project="proj_1")
    assert ids(listed(stack, narrow)) == [several[1]["id"], several[0]["id"]]
    assert listed(stack, narrow, project_id="proj_2").status == 404


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ({"status": "new"}, [2, 1, 0]),
        ({"status": "triaged"}, []),
        ({"label": "unhandled_error"}, [2, 1, 0]),
        ({"label": "stalled"}, []),
        ({"q": "REFUSED"}, [1]),
        ({"q": "deployer"}, [2, 0]),
        ({"q": "unhandled error"}, [2, 1, 0]),
        ({"q": "nothing of this"}, []),
        ({"owner": "ann"}, []),
        ({"severity": "critical"}, []),
    ],
)
def test_filters(stack, workspace, several, query, places):
    answer = listed(stack, workspace.reader, **query)
    assert ids(answer) == [several[place]["id"] for place in places]
    assert answer.json["total"] == len(places)


def test_filters_follow_what_people_do(stack, workspace, several):
    path = f"/api/incidents/{several[0]['id']}"
    stack.call("PATCH", path, key=workspace.key("incidents:write"), body={"status": "fixing", "owner_id": "ann"})
    assert ids(listed(stack, workspace.reader, owner="ann")) == [several[0]["id"]]
    assert ids(listed(stack, workspace.reader, owner_id="ann", status="fixing")) == [several[0]["id"]]
    assert len(ids(listed(stack, workspace.reader, status="new"))) == 2
    severities = {each["severity"] for each in several}
    assert sum(len(ids(listed(stack, workspace.reader, severity=each))) for each in severities) == 3


def test_pages(stack, workspace, several):
    wanted = [each["id"] for each in reversed(several)]
    assert ids(listed(stack, workspace.reader, limit=2)) == wanted[:2]
    assert ids(listed(stack, workspace.reader, limit=2, offset=2)) == wanted[2:]
    assert listed(stack, workspace.reader, offset=7).json["total"] == 3
    found = pages(lambda cursor: listed(stack, workspace.reader, limit=1, cursor=cursor), "incidents")
    assert [each["id"] for each in found] == wanted
    filtered = pages(lambda cursor: listed(stack, workspace.reader, limit=1, cursor=cursor, q="deployer"), "incidents")
    assert [each["id"] for each in filtered] == [wanted[0], wanted[2]]


def test_a_cursor_of_another_question(stack, workspace, several):
    cursor = listed(stack, workspace.reader, limit=1).json["next_cursor"]
    assert listed(stack, workspace.reader, limit=1, cursor=cursor, status="new").status == 422
    assert listed(stack, workspace.reader, cursor="x").status == 422


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"offset": -1}, {"status": "open"}, {"severity": "x"}])
def test_parameters_that_do_not_fit(stack, workspace, query):
    answer = listed(stack, workspace.reader, **query)
    assert (answer.status, answer.error["code"]) == (422, "validation_error")
    assert next(iter(query)) in answer.error["message"]


def test_what_it_costs(stack, workspace, several):
    listed(stack, workspace.reader)
    with record_calls() as calls:
        listed(stack, workspace.reader)
    assert calls.operations == ["UpdateItem", "Query", "BatchGetItem"]
    assert calls.rcu <= 5
