"""The tamper matrix, HEAD: its fields, its sums, and DynamoDB's own items."""

from dataclasses import fields, replace
from typing import Any

import pytest

from tests.adapters.tampering import TRACE, assert_found, head, overwrite_head, record, segments
from tests.factories import WORKSPACE, batch, message
from tests.fakes.env import fixed_env
from wakeline.adapters.dynamodb import table
from wakeline.adapters.dynamodb.ledger import DynamoLedger
from wakeline.domain.errors import Conflict
from wakeline.domain.trace import Trace
from wakeline.services import ledger

NOT_ITS_PLACE = [spec.name for spec in fields(Trace) if spec.name not in ("workspace_id", "id")]


def _changed(value: Any) -> Any:
    match value:
        case None:
            return "changed"
        case bool():
            return not value
        case int():
            return value - 1
        case list():
            return [*value, "changed"]
        case dict():
            return {**value, "events": 99}
        case str() if len(value) == 8 * 12:
            return value[8:]
        case str() if value.endswith("Z"):
            return value.replace("2026", "2025")
        case str() if value.startswith("sha256:"):
            return f"sha256:{'0' * 64}"
        case "running":
            return "completed"
        case "0.04":
            return "0.05"
    return f"{value}x"


@pytest.mark.parametrize("name", [name for name in NOT_ITS_PLACE if name not in ("deleted", "project_id")])
def test_a_changed_field_of_head_is_found(store, name):
    trace = head(store)
    value = _changed(getattr(trace, name))
    if name in ("metadata", "transcript"):
        value = {"changed": True}
    overwrite_head(store, replace(trace, **{name: value}))
    assert_found(store)


def test_a_trace_moved_to_another_project_is_found(store):
    overwrite_head(store, replace(head(store), project_id="proj_other"))
    assert_found(store)


DERIVED = (
    "last_index",
    "first_seq",
    "last_seq",
    "head_hash",
    "counters",
    "cost",
    "last_at",
    "status",
    "ended_at",
    "prompt",
    "title",
    "models",
    "recent_keys",
)


@pytest.mark.parametrize("name", DERIVED)
def test_a_changed_sum_is_found_though_its_seal_was_computed_anew(store, name):
    trace = head(store)
    overwrite_head(store, replace(trace, **{name: _changed(getattr(trace, name))}).sealed())
    assert_found(store)


@pytest.mark.parametrize("name", ["name", "metadata", "tags", "created_by", "cost", "counters"])
def test_appending_does_not_hide_a_changed_head(store, name):
    """The next write of HEAD must not put a fitting seal on what someone changed."""
    trace = head(store)
    change: dict[str, Any] = {name: {"a": 1} if name == "metadata" else _changed(getattr(trace, name))}
    overwrite_head(store, replace(trace, **change))
    ledger.append(store, fixed_env(), WORKSPACE, TRACE, batch(message("later")))
    assert_found(store)


@pytest.mark.parametrize("back", [1, 5, 12])
def test_a_head_set_back_stops_writers_or_is_found(store, back):
    """HEAD pointing before the end: never overwrites what is there."""
    before = segments(store)
    overwrite_head(store, replace(head(store), last_index=11 - back))
    with pytest.raises(Conflict):
        ledger.append(store, fixed_env(), WORKSPACE, TRACE, batch(message("later")))
    assert segments(store) == before
    assert_found(store)


def _item(sk: str) -> dict[str, Any]:
    key = table.typed_item({"pk": f"T#{WORKSPACE}#{TRACE}", "sk": sk})
    return table.dynamodb().get_item(TableName=table.name(), Key=key)["Item"]


def _put(item: dict[str, Any]) -> None:
    table.dynamodb().put_item(TableName=table.name(), Item=item)


@pytest.fixture
def stored(engine) -> DynamoLedger:
    made = DynamoLedger()
    record(made)
    return made


HEAD_ATTRIBUTES = (
    "version",
    "head",
    "keys",
    "project_id",
    "status",
    "author",
    "models",
    "tags",
    "started_at",
    "gsi1pk",
    "gsi1sk",
    "gsi2pk",
    "gsi2sk",
    "outcome",
    "summary",
)
VALUES = ({"S": "changed"}, {"N": "7"}, {"L": [{"S": "changed"}]}, {"B": b"changed!"}, None)


HEAD_CHANGES = [
    pytest.param(name, value, id=f"{name}-{next(iter(value)) if value else 'removed'}")
    for name in HEAD_ATTRIBUTES
    for value in VALUES
    # DynamoDB takes nothing but strings for the keys of its indexes.
    if value is None or "S" in value or not name.startswith("gsi")
]


@pytest.mark.parametrize(("name", "value"), HEAD_CHANGES)
def test_any_attribute_of_the_head_item(stored, name, value):
    item = _item("HEAD")
    assert name in item
    if value is None:
        del item[name]
    else:
        item[name] = value
    _put(item)
    assert_found(stored)


@pytest.mark.parametrize("name", ["agent_id", "repo", "cwd", "expires_at", "anything"])
def test_an_added_attribute_of_the_head_item(stored, name):
    _put(_item("HEAD") | {name: {"S": "added"}})
    assert_found(stored)


SEGMENT_ATTRIBUTES = ("n", "first_seq", "last_seq", "prev", "head", "delta", "body", "seal")


@pytest.mark.parametrize("place", [0, 9])
@pytest.mark.parametrize("value", VALUES, ids=lambda value: next(iter(value)) if value else "removed")
@pytest.mark.parametrize("name", SEGMENT_ATTRIBUTES)
def test_any_attribute_of_a_segment_item(stored, name, value, place):
    item = _item(f"SEG#{place:012d}")
    if value is None:
        del item[name]
    else:
        item[name] = value
    _put(item)
    assert_found(stored)


def test_an_added_attribute_of_a_segment_item(stored):
    _put(_item("SEG#000000000003") | {"added": {"S": "x"}})
    assert_found(stored)


DELTAS = ("{}", "[]", "null", "garbage", '{"unknown": 1}', '{"counters": "x"}', '{"source": {"lines": 3}}')


@pytest.mark.parametrize("delta", DELTAS)
def test_a_changed_delta_of_a_segment_item(stored, delta):
    _put(_item("SEG#000000000009") | {"delta": {"S": delta}})
    assert_found(stored)


def test_a_segment_under_a_key_that_is_none(stored):
    _put(_item("SEG#000000000009") | {"sk": {"S": "SEG#garbage"}})
    assert_found(stored)


def test_a_damaged_segment_past_head_is_neither_folded_in_nor_passed_over(stored):
    before = stored.head(WORKSPACE, TRACE)
    ledger.append(stored, fixed_env(), WORKSPACE, TRACE, batch(message("late")))
    overwrite_head(stored, before)
    _put(_item("SEG#000000000012") | {"delta": {"S": '{"counters": {"events": 100}}'}})
    assert_found(stored, "index 12")
    assert stored.head(WORKSPACE, TRACE) == before
