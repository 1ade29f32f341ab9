"""The WebSocket API's functions through their real handlers: who is let in, what is kept, pings, goodbyes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.engine import Engine
from local.functions import Functions
from local.gateway import Gateway
from tests.endpoints.stack import Stack, Workspace
from tests.fakes.env import fixed_env
from wakeline import wiring
from wakeline.adapters import aws

TEMPLATE = Path(__file__).parents[2] / "template.yaml"


@pytest.fixture(scope="module")
def functions() -> Iterator[Functions]:
    with Engine.start(TEMPLATE) as engine:
        aws.client.cache_clear()
        yield Functions(engine.template)
    aws.client.cache_clear()


@pytest.fixture
def workspace(functions) -> Iterator[Workspace]:
    stack = Stack(Engine.active, Gateway(functions.template, functions))  # type: ignore[arg-type]
    yield Workspace.fresh(stack)
    stack.gateway.close()


def connect(functions, headers=None, connection="c=1", **query):
    said = {name: [str(value)] for name, value in query.items()}
    event = {
        "requestContext": {"routeKey": "$connect", "connectionId": connection, "requestId": "r-1", "identity": {}},
        "headers": headers or {},
        "multiValueQueryStringParameters": said or None,
    }
    return functions.invoke(functions.all["Connect"], event)


def clients(workspace):
    return wiring.connections().of_workspace(workspace.id)


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def test_anonymous(functions, workspace):
    answer = connect(functions)
    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["error"]["code"] == "unauthorized"
    assert clients(workspace) == []


def test_missing_scope(functions, workspace):
    assert connect(functions, bearer(workspace.writer))["statusCode"] == 403
    assert clients(workspace) == []


def test_over_the_limit(functions, workspace, monkeypatch):
    frozen = fixed_env()
    monkeypatch.setattr(wiring, "env", lambda: frozen)
    key = workspace.key("traces:read", plan="standard")
    answers = [connect(functions, bearer(key), f"c{n}")["statusCode"] for n in range(101)]
    assert (answers[99], answers[100]) == (200, 429)


@pytest.mark.parametrize("how", ["bearer", "flat", "token"])
def test_credentials(functions, workspace, how):
    key = workspace.reader
    match how:
        case "bearer":
            answer = connect(functions, bearer(key))
        case "flat":
            answer = connect(functions, {"x-retrace-key": key})
        case "token":
            answer = connect(functions, token=key)
    assert answer["statusCode"] == 200
    (client,) = clients(workspace)
    assert (client.id, client.project_id, client.session_id) == ("c=1", None, None)


def test_the_token_is_in_no_log(functions, workspace, capsys):
    connect(functions, token=workspace.reader)
    said = capsys.readouterr()
    assert workspace.reader not in said.out + said.err


def test_filters(functions, workspace):
    connect(functions, bearer(workspace.reader), project_id="proj_1", session_id="trc_1", after_seq=0)
    (client,) = clients(workspace)
    assert (client.project_id, client.session_id, client.sent) == ("proj_1", "trc_1", 0)


def test_a_projects_key_stays_in_its_project(functions, workspace):
    key = workspace.key("traces:read", project="proj_1")
    assert connect(functions, bearer(key), project_id="proj_2")["statusCode"] == 404
    assert connect(functions, bearer(key))["statusCode"] == 200
    assert [client.project_id for client in clients(workspace)] == ["proj_1"]


@pytest.mark.parametrize("query", [{"after_seq": "x"}, {"after_seq": -1}, {"session_id": "a b"}])
def test_parameters_that_do_not_fit(functions, workspace, query):
    assert connect(functions, bearer(workspace.reader), **query)["statusCode"] == 422


def test_a_client_that_leaves_is_forgotten(functions, workspace):
    connect(functions, bearer(workspace.reader))
    for _ in range(2):
        functions.invoke(functions.all["Disconnect"], {"requestContext": {"connectionId": "c=1"}})
    assert clients(workspace) == []


@pytest.mark.parametrize("body", ["ping", " ping\n", '{"action": "ping"}'])
def test_a_ping_is_answered(functions, body):
    answer = functions.invoke(functions.all["Default"], {"requestContext": {"connectionId": "c"}, "body": body})
    assert json.loads(answer["body"]) == {"type": "pong"}


@pytest.mark.parametrize("body", [None, "", "hello", "{", '{"action": 1}', "[]", '{"x":' + "[" * 5000])
def test_anything_else_is_told_so(functions, body):
    answer = functions.invoke(functions.all["Default"], {"requestContext": {"connectionId": "c"}, "body": body})
    assert json.loads(answer["body"])["error"]["code"] == "bad_request"
