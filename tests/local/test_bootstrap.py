"""`wakeline bootstrap`: the first key of a deployed stack's workspace."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import seeds
from local.cli import main
from local.stack import Stack, run
from wakeline import wiring
from wakeline.adapters import aws

TEMPLATE = Path(__file__).parents[2] / "template.yaml"


class Deployed:
    """CloudFormation, as it describes a stack."""

    def __init__(self, outputs: dict[str, str], parameters: dict[str, str]) -> None:
        self.described = {
            "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()],
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        }

    def describe_stacks(self, **asked: Any) -> Any:
        assert asked == {"StackName": "wakeline-dev"}
        return {"Stacks": [self.described]}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    aws.client.cache_clear()
    with run(TEMPLATE, parameters=seeds.parameters("unlimited")) as running:
        yield running
    aws.client.cache_clear()


@pytest.fixture(autouse=True)
def deployed(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    outputs = {key: str(value) for key, value in stack.engine.template.outputs().items()}
    described = Deployed(outputs, {"DefaultPlan": "pro"})
    monkeypatch.setitem(aws.client._made, "cloudformation", described)
    return described


def bootstrap(workspace: str, *more: str) -> int:
    return main(["bootstrap", "--stack", "wakeline-dev", "--workspace", workspace, *more])


def printed(text: str) -> str:
    (key,) = (line.strip() for line in text.splitlines() if line.strip().startswith("wl_live_"))
    return key


def get(stack: Stack, path: str, key: str) -> tuple[int, Any]:
    answer = stack.gateway.call("GET", path, headers=[("authorization", f"Bearer {key}")], body=b"")
    return answer.status, json.loads(answer.body)


def test_the_key_is_an_admins_and_noted(stack, capsys):
    assert bootstrap("ws_first", "--name", "Ann") == 0
    out = capsys.readouterr().out
    assert f"{stack.engine.template.outputs()['ApiUrl']}/api/v1/api-keys" in out
    key = printed(out)
    status, shown = get(stack, "/api/v1/api-keys", key)
    assert (status, shown["name"], shown["scopes"]) == (200, "Ann", ["admin"])
    (found,) = wiring.keys().keys("ws_first")
    assert found[1].plan == "pro"
    status, audit = get(stack, "/api/v1/traces/wakeline:audit", key)
    assert status == 200
    assert key not in json.dumps(audit)


def test_keys_that_exist_are_enough(stack, capsys):
    assert bootstrap("ws_second") == 0
    capsys.readouterr()
    assert bootstrap("ws_second") == 1
    told = capsys.readouterr()
    assert "--force" in told.err
    assert told.out == ""
    assert len(wiring.keys().keys("ws_second")) == 1
    assert bootstrap("ws_second", "--force", "--plan", "unlimited") == 0
    assert get(stack, "/api/v1/api-keys", printed(capsys.readouterr().out))[0] == 200
    assert [key.plan for _, key in wiring.keys().keys("ws_second")] == ["pro", "unlimited"]


def test_a_workspace_id_is_an_id(capsys):
    assert bootstrap("my workspace") == 1
    assert "--workspace: " in capsys.readouterr().err


def test_another_stack_is_told_apart(deployed, capsys):
    deployed.described["Outputs"] = []
    assert bootstrap("ws_third") == 1
    assert "has no ApiUrl, BucketName, TableName" in capsys.readouterr().err
    assert wiring.keys().keys("ws_third") == []
