"""GET /api/v1/traces/{trace_id}/verify"""

import pytest

from tests.factories import message
from wakeline import settings


def verify(stack, key, trace_id="trc_1"):
    return stack.call("GET", f"/api/v1/traces/{trace_id}/verify", key=key)


def change(stack, workspace, sk, **attributes):
    """Change a stored item behind the product's back."""
    names = {f"#{name}": name for name in attributes}
    stack.engine.client("dynamodb").update_item(
        TableName=settings.table_name(),
        Key={"pk": {"S": f"T#{workspace.id}#trc_1"}, "sk": {"S": sk}},
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
        ExpressionAttributeNames=names,
        ExpressionAttributeValues={f":{name}": value for name, value in attributes.items()},
    )


def test_anonymous(stack):
    assert verify(stack, None).status == 401


def test_missing_scope(stack, workspace):
    workspace.trace("trc_1")
    assert verify(stack, workspace.writer).status == 403


def test_another_workspaces_trace_is_not_there(stack, workspace, elsewhere):
    workspace.trace("trc_1")
    theirs, nobodys = verify(stack, elsewhere.reader), verify(stack, elsewhere.reader, "trc_no")
    assert theirs.status == nobodys.status == 404
    assert theirs.error["message"] == nobodys.error["message"]


def test_another_projects_trace_is_not_there(stack, workspace):
    workspace.trace("trc_1", project_id="proj_1")
    assert verify(stack, workspace.key(project="proj_2")).status == 404


@pytest.mark.parametrize("trace_id", ["%20", "a%2Fb", "%00", "x" * 5000])
def test_an_id_that_can_be_no_traces_is_404(stack, workspace, trace_id):
    assert verify(stack, workspace.reader, trace_id).status == 404


@pytest.mark.parametrize("count", [0, 1, 8])
def test_a_trace_as_it_was_written(stack, workspace, count):
    workspace.trace("trc_1")
    trace = workspace.append("trc_1", [message(str(n)) for n in range(count)], size=3) if count else None
    answer = verify(stack, workspace.reader)
    assert answer.status == 200
    assert answer.json.keys() == {"trace_id", "valid", "event_count", "head_hash", "verified_at"}
    assert (answer.json["trace_id"], answer.json["valid"], answer.json["event_count"]) == ("trc_1", True, count)
    if trace is not None:
        assert answer.json["head_hash"] == trace.head_hash


def test_a_changed_body_is_found_at_its_event(stack, workspace):
    workspace.trace("trc_1")
    workspace.append("trc_1", [message(str(n)) for n in range(9)], size=3)
    other = workspace.trace("trc_2", [message("x"), message("y"), message("z")])
    client = stack.engine.client("dynamodb")
    key = {"pk": {"S": f"T#{workspace.id}#{other.id}"}, "sk": {"S": "SEG#000000000000"}}
    foreign = client.get_item(TableName=settings.table_name(), Key=key)["Item"]
    change(stack, workspace, "SEG#000000000003", body=foreign["body"])
    answer = verify(stack, workspace.reader).json
    assert (answer["valid"], answer["event_count"]) == (False, 9)
    assert answer["first_invalid_event"].startswith("evt_")
    assert answer["reason"]


def test_a_changed_head_is_found(stack, workspace):
    workspace.trace("trc_1", [message()])
    change(stack, workspace, "HEAD", repo={"S": "someone-elses"})
    answer = verify(stack, workspace.reader).json
    assert answer["valid"] is False
    assert "HEAD" in answer["reason"]


def test_a_cut_off_tail_is_found(stack, workspace):
    workspace.trace("trc_1")
    workspace.append("trc_1", [message(str(n)) for n in range(6)], size=3)
    key = {"pk": {"S": f"T#{workspace.id}#trc_1"}, "sk": {"S": "SEG#000000000003"}}
    stack.engine.client("dynamodb").delete_item(TableName=settings.table_name(), Key=key)
    answer = verify(stack, workspace.reader).json
    assert (answer["valid"], answer["event_count"], answer["first_invalid_event"]) == (False, 3, "index 3")


def test_a_deleted_trace_is_not_there(stack, workspace):
    workspace.trace("trc_1", [message()])
    stack.call("DELETE", "/api/v1/traces/trc_1", key=workspace.writer)
    assert verify(stack, workspace.reader).status == 404
