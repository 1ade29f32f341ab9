"""What each endpoint of forks, tapes and regression runs costs in DynamoDB calls, whatever there is besides."""

from typing import Any

import pytest

from local.engine import record_calls
from tests.endpoints.failing import denied
from tests.endpoints.forks.world import fork, record, work
from tests.endpoints.stack import within_a_minute

KEY = "UpdateItem"
"""A key that is authenticated and counted."""
NOTED = ["GetItem", "PutItem", "PutItem"]
"""A change that is noted in the audit trace."""
READ_RUN = ["GetItem", "Query"]
"""A short trace that is read whole: HEAD, and its segments."""


@pytest.fixture
def ask(stack, workspace):
    """Ask with one key, whose minute is open, in a workspace whose audit trace was begun."""
    key = workspace.key("admin")
    within_a_minute()
    assert stack.call("POST", "/api/v1/api-keys", key=key, body={}).status == 201

    def ask(method: str, path: str, body: Any = None, credential: str | None = key) -> Any:
        with record_calls() as calls:
            answer = stack.call(method, path, key=credential, body=body)
        assert answer.status < 300, answer.body
        return answer, [call for call in calls.operations if "Object" not in call]

    return ask


def test_forks(stack, workspace, ask):
    record(stack, workspace)
    body = {"trace_id": "trc_1", "span_id": "s2"}
    made, calls = ask("POST", "/api/v1/forks", body)
    assert calls == [KEY, *READ_RUN, *NOTED, "PutItem"]
    path = f"/api/v1/forks/{made.json['id']}"
    # The fork and what it was made with; nothing grows with the forks beside it.
    assert ask("GET", path)[1] == [KEY, "GetItem", "GetItem"]
    assert ask("POST", f"{path}/replay", {})[1] == [
        KEY, "GetItem", "GetItem", *READ_RUN, "GetItem", "GetItem", *NOTED, "PutItem", "PutItem", "GetItem",
    ]  # fmt: skip
    work(stack, workspace, made.json["id"])
    assert ask("GET", f"{path}/diff")[1] == [KEY, "GetItem", "GetItem", "GetItem", "Query", "Query"]
    for _ in range(30):
        fork(stack, workspace)
    assert ask("GET", "/api/v1/forks?limit=5")[1] == [KEY, "Query", "Query"]


def test_tapes(stack, workspace, ask):
    record(stack, workspace)
    made, calls = ask("POST", "/api/v1/tapes", {"trace_id": "trc_1"})
    # Whether an earlier attempt at this same request made it already; then the run.
    assert calls == [KEY, "GetItem", *READ_RUN, *NOTED, "TransactWriteItems"]
    path = f"/api/v1/tapes/{made.json['slug']}"
    # A reader without a credential is counted by their address.
    assert len(ask("GET", path, credential=None)[1]) <= 3
    assert ask("GET", "/api/v1/tapes")[1] == [KEY, "Query"]
    assert ask("DELETE", path)[1] == [KEY, "GetItem", *NOTED, "TransactWriteItems"]


def test_regression_runs(stack, workspace, ask):
    workspace.trace("trc_1", denied())
    found = stack.call("POST", "/api/traces/trc_1/analyze", key=workspace.writer).json["incidents"][0]
    path = f"/api/incidents/{found['id']}/regression-runs"
    made, calls = ask("POST", path, {"substitutions": [{"kind": "tool_output", "span_id": "s1", "value": "ok"}]})
    assert calls == [KEY, "GetItem", *NOTED, "PutItem"]
    assert ask("GET", f"{path}/{made.json['regression_run']['id']}")[1] == [KEY, "GetItem", "GetItem"]
    assert ask("GET", path)[1] == [KEY, "GetItem", "Query"]
