"""DELETE /api/v1/traces/{trace_id}"""

import json

import pytest

from tests.factories import message


def delete(stack, key, trace_id="trc_1", **said):
    return stack.call("DELETE", f"/api/v1/traces/{trace_id}", key=key, **said)


def test_anonymous(stack):
    assert delete(stack, None).status == 401


def test_missing_scope(stack, workspace):
    workspace.trace("trc_1")
    held = workspace.stored()
    assert delete(stack, workspace.reader).status == 403
    assert workspace.stored() == held


def test_another_workspaces_trace_is_not_there(stack, workspace, elsewhere):
    workspace.trace("trc_1", [message()])
    held = workspace.stored()
    theirs, nobodys = delete(stack, elsewhere.writer), delete(stack, elsewhere.writer, "trc_no")
    assert theirs.status == nobodys.status == 404
    assert theirs.error["message"] == nobodys.error["message"]
    assert workspace.stored() == held


def test_another_projects_trace_is_not_there(stack, workspace):
    workspace.trace("trc_1", project_id="proj_1")
    held = workspace.stored()
    assert delete(stack, workspace.key(project="proj_2")).status == 404
    assert workspace.stored() == held
    assert delete(stack, workspace.key(project="proj_1")).status == 204


@pytest.mark.parametrize("trace_id", ["%20", "a%2Fb", "%00", "x" * 5000])
def test_an_id_that_can_be_no_traces_is_404(stack, workspace, trace_id):
    assert delete(stack, workspace.writer, trace_id).status == 404


def test_payloads_and_views_go_and_a_tombstone_stays(stack, workspace):
    noise = "".join(f"{n:x}" for n in range(300_000))
    trace = workspace.trace("trc_1", [message("my secret"), message(noise)], name="my secret name", tags=["secret-tag"])
    workspace.append("trc_1", [message("more")])
    assert [name for name in workspace.stored() if name.startswith("bodies/")]
    answer = delete(stack, workspace.writer)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["x-request-id"]
    stored = workspace.stored()
    assert not [name for name in stored if "#trc_1 SEG#" in name or name.startswith("bodies/")]
    head = stored[f"T#{workspace.id}#trc_1 HEAD"]
    assert "secret" not in json.dumps(head, default=str)
    gone = json.loads(head["Attributes"]["head"]["S"])["deleted"]
    assert (gone["events"], gone["by"]) == (3, gone["by"])
    assert gone["by"].startswith("key_")
    assert gone["head_hash"].startswith("sha256:")
    assert gone["head_hash"] != trace.head_hash
    for path in ("/api/v1/traces/trc_1", "/api/v1/sessions/trc_1", "/api/traces/trc_1/events"):
        assert stack.call("GET", path, key=workspace.reader).status == 404
    assert stack.call("GET", "/api/v1/traces", key=workspace.reader).json["pagination"]["total"] == 0


def test_deleting_twice_is_404(stack, workspace):
    workspace.trace("trc_1", [message()])
    workspace.trace("trc_2")
    assert [delete(stack, workspace.writer, each).status for each in ("trc_1", "trc_1", "trc_2", "trc_2")] == [
        204,
        404,
        204,
        404,
    ]
