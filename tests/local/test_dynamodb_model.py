"""The patched DynamoDB model answers as moto's own does, and better where moto is wrong."""

from __future__ import annotations

import copy
from decimal import Decimal
from functools import cache
from typing import Any

import botocore.session
import moto
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local import dynamodb_dispatch, dynamodb_model, moto_pin
from local.engine import Engine, record_calls
from local.template import REGION
from tests.local.dynamodb_requests import TABLE, queries, writes


def plain(answer: Any) -> Any:
    """An answer with numbers as numbers and without what differs from call to call."""
    if isinstance(answer, dict):
        if set(answer) == {"N"}:
            return Decimal(answer["N"])
        return {
            key: plain(value) for key, value in answer.items() if key not in ("ResponseMetadata", "ConsumedCapacity")
        }
    return [plain(each) for each in answer] if isinstance(answer, list) else answer


@cache
def unchecked() -> Any:
    """A client as the product makes them, whose calls may go the direct way."""
    return botocore.session.Session().create_client(
        "dynamodb", region_name=REGION, config=Config(parameter_validation=False)
    )


def ask(client: Any, method: str, arguments: dict[str, Any]) -> Any:
    try:
        return plain(getattr(client, method)(**copy.deepcopy(arguments)))
    except ClientError as error:
        return {key: value for key, value in plain(error.response).items() if key != "Message"}


def pages(client: Any, request: dict[str, Any]) -> list[Any]:
    answers: list[Any] = []
    start: dict[str, Any] = {}
    while len(answers) < 30:
        try:
            answer = client.query(**copy.deepcopy(request), **start)
        except ClientError as error:
            return [*answers, error.response["Error"]["Code"]]
        answers.append(plain(answer))
        if "LastEvaluatedKey" not in answer:
            break
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    return answers


def history(
    engine: Engine, client: Any, steps: list[tuple[str, dict[str, Any]]], asked: list[dict[str, Any]]
) -> list[Any]:
    engine.clear()
    answers = [ask(client, *step) for step in steps]
    answers += [pages(client, request) for request in asked]
    everything = engine.client("dynamodb").scan(TableName=TABLE)["Items"]
    return [*answers, sorted(map(plain, everything), key=str)]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(writes(), max_size=25), asked=st.lists(queries(), min_size=1, max_size=6))
def test_same_answers_as_moto(engine: Engine, steps: list[Any], asked: list[dict[str, Any]]) -> None:
    checked = engine.client("dynamodb")
    ours, direct = history(engine, checked, steps, asked), history(engine, unchecked(), steps, asked)
    dynamodb_model.uninstall()
    long_way, dynamodb_dispatch.ACTIONS = dynamodb_dispatch.ACTIONS, {}
    try:
        theirs = history(engine, checked, steps, asked)
    finally:
        dynamodb_dispatch.ACTIONS = long_way
        dynamodb_model.install()
    assert ours == theirs
    assert direct == theirs


def test_a_direct_call_shares_nothing(engine: Engine) -> None:
    item: dict[str, Any] = {"pk": {"S": "a"}, "sk": {"S": "1"}, "l": {"L": [{"N": "1"}]}, "s": {"SS": ["x"]}}
    dynamodb = unchecked()
    dynamodb.put_item(TableName=TABLE, Item=item)
    item["l"]["L"].append({"N": "2"})
    item["s"]["SS"].append("y")
    key = {"pk": item["pk"], "sk": item["sk"]}
    for _ in range(2):
        read = dynamodb.get_item(TableName=TABLE, Key=key)
        assert read["Item"] == {**key, "l": {"L": [{"N": "1"}]}, "s": {"SS": ["x"]}}
        assert read["ResponseMetadata"]["HTTPStatusCode"] == 200
        read["Item"]["l"]["L"].clear()
        read["Item"]["s"]["SS"].clear()


def test_calls_that_are_counted_go_the_long_way(engine: Engine) -> None:
    key = {"pk": {"S": "a"}, "sk": {"S": "1"}}
    with record_calls() as calls:
        unchecked().put_item(TableName=TABLE, Item=key)
    assert [(each.operation, each.wcu) for each in calls.dynamodb] == [("PutItem", 1.0)]


def test_a_page_ends_at_one_megabyte(engine: Engine) -> None:
    dynamodb = engine.client("dynamodb")
    for number in range(6):
        dynamodb.put_item(
            TableName=TABLE, Item={"pk": {"S": "big"}, "sk": {"S": str(number)}, "b": {"B": b"x" * 300_000}}
        )
    first, second = pages(
        engine.client("dynamodb"),
        {
            "TableName": TABLE,
            "KeyConditionExpression": "pk = :p",
            "FilterExpression": "sk > :one",
            "ExpressionAttributeValues": {":p": {"S": "big"}, ":one": {"S": "1"}},
        },
    )
    assert (first["ScannedCount"], first["Count"]) == (3, 1)
    assert (second["ScannedCount"], second["Count"]) == (3, 3)


@pytest.mark.parametrize(
    ("condition", "start"),
    [
        ("sk BETWEEN :high AND :low", None),
        ("sk BETWEEN :low AND :high", {"pk": {"S": "a"}, "sk": {"S": "9"}}),
        ("sk > :low", {"pk": {"S": "a"}, "sk": {"S": "1"}}),
        ("sk > :low", {"pk": {"S": "b"}, "sk": {"S": "5"}}),
    ],
)
@pytest.mark.parametrize("direct", [True, False])
def test_what_aws_refuses_to_look_for_is_refused(engine: Engine, condition: str, start: Any, direct: bool) -> None:
    asked: dict[str, Any] = {
        "TableName": TABLE,
        "KeyConditionExpression": f"pk = :p AND {condition}",
        "ExpressionAttributeValues": {
            name: value
            for name, value in ({":p": {"S": "a"}, ":low": {"S": "2"}, ":high": {"S": "6"}}).items()
            if name == ":p" or name in condition
        },
        **({"ExclusiveStartKey": start} if start else {}),
    }
    with pytest.raises(ClientError) as caught:
        (unchecked() if direct else engine.client("dynamodb")).query(**asked)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert "BETWEEN operator" in str(caught.value) or "starting key" in str(caught.value)


def test_a_refused_update_leaves_nothing(engine: Engine) -> None:
    dynamodb = engine.client("dynamodb")
    key = {"pk": {"S": "a"}, "sk": {"S": "1"}}
    with pytest.raises(ClientError):  # size is absent, so size.w is no valid path
        dynamodb.update_item(
            TableName=TABLE,
            Key=key,
            UpdateExpression="SET gpk = :n, size.w = :n",
            ExpressionAttributeValues={":n": {"S": "g"}},
        )
    assert "Item" not in dynamodb.get_item(TableName=TABLE, Key=key)
    found = dynamodb.query(
        TableName=TABLE,
        IndexName="keys",
        KeyConditionExpression="gpk = :n",
        ExpressionAttributeValues={":n": {"S": "g"}},
    )
    assert found["Items"] == []


def test_changes_are_told_once_and_only_when_something_changed(engine: Engine) -> None:
    told: list[tuple[bool, bool]] = []
    engine.on_change(lambda table, old, new: told.append((old is not None, new is not None)))
    dynamodb = engine.client("dynamodb")
    key = {"pk": {"S": "a"}, "sk": {"S": "1"}}
    update = {
        "TableName": TABLE,
        "Key": key,
        "UpdateExpression": "SET colour = :c",
        "ExpressionAttributeValues": {":c": {"S": "red"}},
    }
    dynamodb.update_item(**update)
    dynamodb.update_item(**update)
    steps = [{"Put": {"TableName": TABLE, "Item": {**key, "colour": {"S": "blue"}}}}]
    dynamodb.transact_write_items(TransactItems=steps)
    refused = {**steps[0]["Put"], "Item": {**key, "sk": {"S": "2"}}}
    failing = {"Put": {"TableName": TABLE, "Item": key, "ConditionExpression": "attribute_not_exists(pk)"}}
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=[{"Put": refused}, failing])
    dynamodb.delete_item(TableName=TABLE, Key=key)
    assert told == [(False, True), (True, True), (True, False)]


def test_an_unreviewed_moto_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moto, "__version__", "5.2.999")
    with pytest.raises(moto_pin.UnreviewedMoto, match=r"5\.2\.999"):
        dynamodb_model.install()
    monkeypatch.undo()
    monkeypatch.setitem(moto_pin.REVIEWED[moto.__version__], "dynamodb/models/table.py", "0" * 64)
    with pytest.raises(moto_pin.UnreviewedMoto, match="differs"):
        dynamodb_model.install()
