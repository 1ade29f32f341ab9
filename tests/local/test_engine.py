"""The engine serialises what threads do, sets and restores the environment, and can be emptied."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from local.engine import Engine

SMALL = Path(__file__).parent / "small.yaml"
TABLE = "wakeline-Table"


def test_threads_lose_nothing_and_one_wins(engine: Engine) -> None:
    dynamodb = engine.client("dynamodb")
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    key = {"pk": {"S": "n"}, "sk": {"S": "0"}}

    def add(_: int) -> None:
        dynamodb.update_item(
            TableName=TABLE,
            Key=key,
            UpdateExpression="ADD hits :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    def claim(number: int) -> bool:
        item = {"pk": {"S": "claim"}, "sk": {"S": str(number // 8)}}
        try:
            dynamodb.put_item(TableName=TABLE, Item=item, ConditionExpression="attribute_not_exists(pk)")
        except ClientError:
            return False
        return True

    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(add, range(400)))
            won = sum(pool.map(claim, range(400)))
    finally:
        sys.setswitchinterval(interval)
    assert dynamodb.get_item(TableName=TABLE, Key=key)["Item"]["hits"]["N"] == "400"
    assert won == 50


def test_the_environment_is_the_templates_and_comes_back() -> None:
    before = dict(os.environ)
    with Engine.start(SMALL, parameters={"Stage": "prod"}):
        assert os.environ["GREETING"] == "hello-prod-${Literal}"
        assert os.environ["AWS_DEFAULT_REGION"] == "us-east-1"
    assert dict(os.environ) == before


def test_there_is_one_engine_at_a_time_and_nothing_is_left_of_it(engine: Engine) -> None:
    with pytest.raises(RuntimeError, match="already running"), Engine.start(SMALL):
        pass
    assert engine.client("secretsmanager").get_secret_value(SecretId="small/secret")["SecretString"] == "hush"
    assert engine.client("ssm").get_parameter(Name="/small/parameter")["Parameter"]["Value"] == "plain"


def test_clear_empties_table_indexes_and_bucket(engine: Engine) -> None:
    dynamodb, s3 = engine.client("dynamodb"), engine.client("s3")
    dynamodb.put_item(TableName=TABLE, Item={"pk": {"S": "a"}, "sk": {"S": "b"}, "gpk": {"S": "g"}})
    s3.put_object(Bucket="wakeline-bucket", Key="k", Body=b"x")
    engine.clear()
    found = dynamodb.query(
        TableName=TABLE,
        IndexName="keys",
        KeyConditionExpression="gpk = :g",
        ExpressionAttributeValues={":g": {"S": "g"}},
    )
    assert found["Items"] == []
    assert s3.list_objects_v2(Bucket="wakeline-bucket")["KeyCount"] == 0


def test_errors_are_dynamodbs_own(engine: Engine) -> None:
    dynamodb = engine.client("dynamodb")
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.get_item(TableName="no-such-table", Key={"pk": {"S": "a"}})
    item = {"pk": {"S": "a"}, "sk": {"S": "b"}, "n": {"B": b"\x00"}}
    dynamodb.put_item(TableName=TABLE, Item=item)
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException) as caught:
        dynamodb.put_item(
            TableName=TABLE,
            Item=item,
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert caught.value.response["Item"]["pk"] == {"S": "a"}
