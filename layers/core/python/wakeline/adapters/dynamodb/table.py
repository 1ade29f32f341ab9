"""The table: its client, and plain Python values to and from DynamoDB's typed ones."""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from wakeline import settings
from wakeline.adapters import aws
from wakeline.domain.errors import Busy

Item = dict[str, Any]


def dynamodb() -> Any:
    """The DynamoDB client."""
    return aws.client("dynamodb")


def name() -> str:
    """The name of the table."""
    return settings.table_name()


def typed(value: Any) -> dict[str, Any]:
    """`'a'` → `{'S': 'a'}` and so on; floats are refused, they have no exact form."""
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | Decimal():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case None:
            return {"NULL": True}
        case list() | tuple():
            return {"L": [typed(each) for each in value]}
        case dict():
            return {"M": {key: typed(each) for key, each in value.items()}}
    raise TypeError(f"{type(value).__name__} cannot be stored")


def plain(value: dict[str, Any]) -> Any:
    """`{'S': 'a'}` → `'a'`; numbers become int."""
    ((kind, held),) = value.items()
    match kind:
        case "N":
            return int(held)
        case "NULL":
            return None
        case "L":
            return [plain(each) for each in held]
        case "M":
            return {key: plain(each) for key, each in held.items()}
    return held


def typed_item(item: Item) -> Item:
    """Every attribute `typed`; those that are None are left out."""
    return {key: typed(value) for key, value in item.items() if value is not None}


def plain_item(item: Item) -> Item:
    """Every attribute `plain`."""
    return {key: plain(value) for key, value in item.items()}


def query(first_page: int | None = None, **request: Any) -> Iterator[Item]:
    """Run a Query page by page, lazily, as plain items.

    With `first_page`, that many items are read at first and four times as many each time: who stops early pays for
    little, who reads on makes few calls more.
    """
    request["TableName"] = name()
    while True:
        if first_page is not None:
            request["Limit"] = first_page
            first_page *= 4
        page = dynamodb().query(**request)
        for item in page["Items"]:
            yield plain_item(item)
        if "LastEvaluatedKey" not in page:
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


MOST_READ = 1_000
"""Items that one page of a filtered list looks at."""


def fitting(items: Iterable[Item], fits: Callable[[Item], bool], limit: int) -> tuple[list[Item], str | None]:
    """The first `limit` items that fit, and the sort key behind which the list goes on; None at its end.

    After `MOST_READ` items the list goes on later, however few of them fit.
    """
    found: list[Item] = []
    last: str | None = None
    for read, item in enumerate(items, 1):
        if fits(item):
            if len(found) == limit:
                return found, last
            found.append(item)
            last = item["sk"]
        if read == MOST_READ:
            return found, item["sk"]
    return found, None


def item_at(place: Item) -> Item | None:
    """One item by its key, strongly consistent; None where there is none."""
    found = dynamodb().get_item(TableName=name(), Key=typed_item(place), ConsistentRead=True)
    return plain_item(found["Item"]) if "Item" in found else None


def put_request(
    item: Item, condition: str, values: Item | None = None, names: dict[str, str] | None = None
) -> dict[str, Any]:
    """A conditional put, as PutItem and a transaction take it."""
    request: dict[str, Any] = {"TableName": name(), "Item": typed_item(item), "ConditionExpression": condition}
    if values:
        request["ExpressionAttributeValues"] = typed_item(values)
    if names:
        request["ExpressionAttributeNames"] = names
    return request


def put_if(item: Item, condition: str, values: Item | None = None, names: dict[str, str] | None = None) -> bool:
    """Write one item if a condition on what stands in its place holds; False if it does not.

    In conflict with a transaction, which is changing it at this moment, the condition does not hold either.
    """
    try:
        dynamodb().put_item(**put_request(item, condition, values, names))
    except dynamodb().exceptions.ClientError as error:
        if aws.code_of(error) in (aws.CONDITION_FAILED, aws.TRANSACTION_CONFLICT):
            return False
        raise
    return True


def was_sent_again(answer: dict[str, Any]) -> bool:
    """Whether the client library sent a call more than once: then an attempt whose answer was lost may have done it."""
    return bool(answer["ResponseMetadata"].get("RetryAttempts"))


CONFLICTS = 10
"""How often a transaction is tried. The waits between add up to two seconds at most."""

_PASSING = frozenset({"None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


def transact(writes: list[dict[str, Any]]) -> bool:
    """Write all or nothing; False when a condition does not hold.

    A transaction that meets another on one item is cancelled by DynamoDB, and no client library sends it again:
    traces that are created at once share a counter, so this does.
    """
    for attempt in range(CONFLICTS):
        try:
            dynamodb().transact_write_items(TransactItems=writes)
        except dynamodb().exceptions.TransactionCanceledException as error:
            reasons = {str(reason.get("Code")) for reason in error.response.get("CancellationReasons", [])}
            if "ConditionalCheckFailed" in reasons:
                return False
            if not reasons or reasons - _PASSING:
                raise
        else:
            return True
        time.sleep(random.uniform(0, min(0.3, 0.02 * 2**attempt)))  # noqa: S311 — jitter is no secret
    raise Busy("too many traces are being written at once; try again")
