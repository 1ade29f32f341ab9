"""GET /api/v1/forks/{fork_id} and GET /api/v1/forks"""

from tests.endpoints.forks.world import PATH, fork, record, show


def test_anonymous(stack):
    assert stack.call("GET", f"{PATH}/frk_1").status == 401
    assert stack.call("GET", PATH).status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("GET", f"{PATH}/frk_1", key=workspace.writer).status == 403
    assert stack.call("GET", PATH, key=workspace.writer).status == 403


def test_another_workspaces_fork_is_not_there(stack, workspace, elsewhere):
    record(stack, workspace)
    made = fork(stack, workspace)
    answer = stack.call("GET", f"{PATH}/{made['id']}", key=elsewhere.reader)
    assert (answer.status, answer.error["message"]) == (404, "fork not found")
    assert stack.call("GET", PATH, key=elsewhere.reader).json["data"] == []


def test_another_projects_fork_is_not_there(stack, workspace):
    record(stack, workspace, project_id="proj_1")
    made = fork(stack, workspace)
    key = workspace.key("traces:read", project="proj_2")
    assert stack.call("GET", f"{PATH}/{made['id']}", key=key).status == 404
    assert stack.call("GET", PATH, key=key).json["data"] == []
    mine = workspace.key("traces:read", project="proj_1")
    assert [each["id"] for each in stack.call("GET", PATH, key=mine).json["data"]] == [made["id"]]


def test_a_fork_as_it_was_made(stack, workspace):
    record(stack, workspace)
    made = fork(stack, workspace, substitutions=[{"kind": "model", "value": "m-2"}])
    assert show(stack, workspace, made["id"]) == made


def test_a_list_in_pages(stack, workspace):
    record(stack, workspace)
    record(stack, workspace, "trc_2")
    made = [fork(stack, workspace, "s1", trace_id=trace)["id"] for trace in ("trc_1", "trc_2", "trc_1")]
    first = stack.call("GET", PATH, key=workspace.reader, limit=2).json
    assert [each["id"] for each in first["data"]] == [made[2], made[1]]
    assert first["pagination"] == {"total": 3, "total_exact": True, "limit": 2, "next_cursor": made[1]}
    second = stack.call("GET", PATH, key=workspace.reader, limit=2, cursor=made[1]).json
    assert [each["id"] for each in second["data"]] == [made[0]]
    assert second["pagination"]["next_cursor"] is None
    of_one = stack.call("GET", PATH, key=workspace.reader, trace_id="trc_2").json
    assert [each["id"] for each in of_one["data"]] == [made[1]]
    assert of_one["pagination"]["total"] == 1


def test_bad_parameters(stack, workspace):
    for said in ({"limit": 0}, {"limit": 101}, {"cursor": "a b"}):
        assert stack.call("GET", PATH, key=workspace.reader, **said).status == 400
    assert stack.call("GET", f"{PATH}/a b", key=workspace.reader).status == 404
