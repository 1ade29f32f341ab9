"""Requests to the table of small.yaml, for hypothesis: writes, and queries of the table and its indexes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

TABLE = "wakeline-Table"
PARTITIONS = st.sampled_from(["a", "b"])
SORTS = st.sampled_from(["", "A", "AB", "ABC", "B", "Bé", "C\U0010ffff", "c"]).map(lambda text: "s" + text)
NUMBERS = st.sampled_from(["-1", "0", "0.5", "1", "10", "2"])


def item(draw: Any) -> dict[str, Any]:
    """A small item: sometimes in the indexes, sometimes with only half of an index's key."""
    built: dict[str, Any] = {"pk": {"S": draw(PARTITIONS)}, "sk": {"S": draw(SORTS)}}
    if draw(st.booleans()):
        built["gpk"] = {"S": draw(PARTITIONS)}
    if draw(st.booleans()):
        built["gsk"] = {"N": draw(NUMBERS)}
    if draw(st.booleans()):
        built["colour"] = {"S": draw(st.sampled_from(["red", "blue"]))}
    if draw(st.booleans()):
        built["size"] = {"M": {"w": {"L": [{"N": draw(NUMBERS)}, {"B": b"\x00z"}]}, "t": {"SS": ["x"]}}}
    return built


@st.composite
def writes(draw: Any) -> tuple[str, dict[str, Any]]:
    """A write as (client method, arguments)."""
    new = item(draw)
    key = {"pk": new["pk"], "sk": new["sk"]}
    condition = draw(
        st.sampled_from(
            [
                {},
                {"ConditionExpression": "attribute_not_exists(pk)"},
                {"ConditionExpression": "colour = :r", "ExpressionAttributeValues": {":r": {"S": "red"}}},
            ]
        )
    )
    if condition and draw(st.booleans()):
        condition = {**condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    update: dict[str, Any] = draw(
        st.sampled_from(
            [
                {
                    "UpdateExpression": "SET gpk = :g, gsk = :n",
                    "ExpressionAttributeValues": {":g": {"S": "a"}, ":n": {"N": "3"}},
                },
                {"UpdateExpression": "REMOVE gpk, colour ADD hits :n", "ExpressionAttributeValues": {":n": {"N": "1"}}},
                {"UpdateExpression": "SET size.w = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}},
            ]
        )
    )
    match draw(st.sampled_from(["put", "put", "put", "update", "update", "delete", "transact", "create"])):
        case "put":
            return "put_item", {"TableName": TABLE, "Item": new, "ReturnValues": "ALL_OLD", **condition}
        case "delete":
            return "delete_item", {"TableName": TABLE, "Key": key, "ReturnValues": "ALL_OLD", **condition}
        case "update":
            merged = {**condition, **update}
            values = {**condition.get("ExpressionAttributeValues", {}), **update["ExpressionAttributeValues"]}
            arguments = {**merged, "ExpressionAttributeValues": values}
            return "update_item", {"TableName": TABLE, "Key": key, "ReturnValues": "ALL_NEW", **arguments}
        case "create":
            return "transact_write_items", {"TransactItems": creation(draw, new)}
    other = {"pk": {"S": "t"}, "sk": new["sk"]}
    steps = [
        {"Put": {"TableName": TABLE, "Item": {**new, **other}}},
        {"Update": {"TableName": TABLE, "Key": {"pk": {"S": "u"}, "sk": new["sk"]}, **update}},
        {"Delete": {"TableName": TABLE, "Key": {"pk": {"S": "a"}, "sk": {"S": "sA"}}}},
        {"Put": {"TableName": TABLE, "Item": {"pk": {"S": "b"}, "sk": {"S": "sc"}}, **condition}},
    ]
    return "transact_write_items", {"TransactItems": steps[: draw(st.integers(1, 4))]}


def creation(draw: Any, new: dict[str, Any]) -> list[dict[str, Any]]:
    """New items put and counters added to: the transaction that is done without moto's parsing, or nearly that."""
    attribute = draw(st.sampled_from(["n", "n", "n", "hits", "size"]))
    values = {":by": {"N": draw(st.sampled_from(["1", "-1", "20", "0.5"]))}}
    counter = {"pk": {"S": draw(PARTITIONS)}, "sk": {"S": draw(SORTS)}}
    return [
        {"Put": {"TableName": TABLE, "Item": new, "ConditionExpression": "attribute_not_exists(pk)"}},
        {
            "Update": {
                "TableName": TABLE,
                "Key": counter,
                "UpdateExpression": f"ADD {attribute} :by",
                "ExpressionAttributeValues": values,
            }
        },
    ]


@st.composite
def queries(draw: Any) -> dict[str, Any]:
    """A query of the table or an index, with most of what a query may carry."""
    index = draw(st.sampled_from([None, "some", "keys", "all"]))
    hash_name, range_name = {None: ("pk", "sk"), "some": ("gpk", "gsk"), "keys": ("gpk", None), "all": ("gpk", "sk")}[
        index
    ]
    values: dict[str, Any] = {":p": {"S": draw(PARTITIONS)}}
    condition = f"{hash_name} = :p"
    request: dict[str, Any] = {"TableName": TABLE, "ScanIndexForward": draw(st.booleans())}
    if index:
        request["IndexName"] = index
    elif draw(st.booleans()):
        request["ConsistentRead"] = True
    if range_name and draw(st.booleans()):
        numeric = range_name == "gsk"

        def value() -> dict[str, str]:
            return {"N": draw(NUMBERS)} if numeric else {"S": draw(SORTS)}

        operator = draw(st.sampled_from(["=", "<", "<=", ">", ">=", "between"] + ([] if numeric else ["begins_with"])))
        values[":a"] = value()
        if operator == "between":
            # The right way round: AWS refuses the other, moto does not know that.
            values[":a"], values[":b"] = sorted([values[":a"], value()], key=_sort_value)
            condition += f" AND {range_name} BETWEEN :a AND :b"
        elif operator == "begins_with":
            condition += f" AND begins_with({range_name}, :a)"
        else:
            condition += f" AND {range_name} {operator} :a"
    request["KeyConditionExpression"] = condition
    if draw(st.booleans()):
        request["FilterExpression"] = draw(st.sampled_from(["colour = :c", "attribute_exists(gsk) OR colour <> :c"]))
        values[":c"] = {"S": "red"}
    if draw(st.booleans()):
        request["ProjectionExpression"] = draw(st.sampled_from(["sk, colour", "pk, size.w[0], gsk", "sk, size"]))
    if draw(st.booleans()):
        request["Limit"] = draw(st.integers(1, 4))
    return {**request, "ExpressionAttributeValues": values}


def _sort_value(value: dict[str, str]) -> Any:
    return Decimal(value["N"]) if "N" in value else value["S"].encode()
