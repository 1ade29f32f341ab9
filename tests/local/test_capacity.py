"""Capacity units by AWS's rules, worked out by hand here."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.capacity import Index, item_size, read_units, record_calls, write_units
from local.engine import Engine

TABLE = "wakeline-Table"
KEY: dict[str, Any] = {"pk": {"S": "a"}, "sk": {"S": "1"}}  # 6 bytes


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "é"}, 2),
        ({"B": b"123"}, 3),
        ({"N": "0"}, 1),
        ({"N": "12345"}, 4),
        ({"N": "-12.50"}, 4),
        ({"N": "1200"}, 2),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["ab", "c"]}, 3),
        ({"L": [{"S": "ab"}, {"BOOL": False}]}, 3 + 2 + 3),
        ({"M": {"k": {"S": "ab"}}}, 3 + 1 + 1 + 2),
    ],
)
def test_sizes(value: dict[str, Any], size: int) -> None:
    assert item_size({"n": value}) == 1 + size


def test_reads() -> None:
    assert read_units(0, consistent=True) == 1
    assert read_units(4096, consistent=False) == 0.5
    assert read_units(4097, consistent=True) == 2
    assert read_units(4097, consistent=True, transactional=True) == 4


def test_writes_of_the_table_and_its_indexes() -> None:
    index = Index(("g",), frozenset({"pk", "g", "shown"}))
    old = {**KEY, "g": {"S": "1"}, "shown": {"S": "x"}, "body": {"S": "y" * 3000}}
    assert write_units(None, old) == 3
    assert write_units(None, old, [index]) == 4
    assert write_units(old, {**old, "body": {"S": "z"}}, [index]) == 3  # the projection did not change
    assert write_units(old, {**old, "shown": {"S": "z"}}, [index]) == 4
    assert write_units(old, {**old, "g": {"S": "2"}}, [index]) == 5  # out and in
    assert write_units(old, None, [index]) == 4
    assert write_units(KEY, KEY, [index]) == 1


def test_calls_are_recorded_with_their_units(engine: Engine) -> None:
    dynamodb, s3 = engine.client("dynamodb"), engine.client("s3")
    big = {**KEY, "body": {"B": b"x" * 5000}}
    in_index = {"pk": {"S": "a"}, "sk": {"S": "2"}, "gpk": {"S": "g"}, "gsk": {"N": "1"}, "body": {"B": b"x" * 5000}}
    with record_calls() as calls:
        dynamodb.put_item(TableName=TABLE, Item=big)  # 5 KB: 5
        dynamodb.put_item(TableName=TABLE, Item=in_index)  # 5 + some 1 + keys 1 + all 5
        dynamodb.get_item(TableName=TABLE, Key=KEY, ConsistentRead=True)  # 2
        dynamodb.get_item(TableName=TABLE, Key=KEY, ProjectionExpression="sk")  # 2 halves, whatever is projected
        query = {
            "TableName": TABLE,
            "ExpressionAttributeValues": {":p": {"S": "a"}},
            "KeyConditionExpression": "pk = :p",
        }
        dynamodb.query(**query, ConsistentRead=True)  # 10 KB together: 3
        dynamodb.query(**query, FilterExpression="sk = :p")  # what is filtered is read all the same: 1.5
        index = {**query, "KeyConditionExpression": "gpk = :p", "ExpressionAttributeValues": {":p": {"S": "g"}}}
        dynamodb.query(**index, IndexName="some")  # only what is projected: 0.5
        dynamodb.update_item(
            TableName=TABLE,
            Key=KEY,
            UpdateExpression="SET body = :b",
            ExpressionAttributeValues={":b": {"S": ""}},
        )  # the larger of before and after: 5
        with pytest.raises(ClientError):
            dynamodb.put_item(TableName=TABLE, Item=in_index, ConditionExpression="attribute_not_exists(pk)")  # 5
        check = {"TableName": TABLE, "Key": KEY, "ConditionExpression": "attribute_exists(pk)"}
        dynamodb.transact_write_items(
            TransactItems=[{"ConditionCheck": check}, {"Delete": {"TableName": TABLE, "Key": in_index_key()}}]
        )
        s3.put_object(Bucket="wakeline-bucket", Key="k", Body=b"x")
    assert [(call.operation, call.rcu, call.wcu) for call in calls.dynamodb] == [
        ("PutItem", 0, 5),
        ("PutItem", 0, 12),
        ("GetItem", 2, 0),
        ("GetItem", 1, 0),
        ("Query", 3, 0),
        ("Query", 1.5, 0),
        ("Query", 0.5, 0),
        ("UpdateItem", 0, 5),
        ("PutItem", 0, 5),
        ("TransactWriteItems", 0, 2 * (1 + 12)),
    ]
    assert {call.table for call in calls.dynamodb} == {TABLE}
    assert (calls.calls[-1].service, calls.calls[-1].operation) == ("s3", "PutObject")
    with record_calls() as later:
        pass
    assert later.calls == []


def in_index_key() -> dict[str, Any]:
    return {"pk": {"S": "a"}, "sk": {"S": "2"}}
