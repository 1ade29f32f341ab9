"""Rate windows in DynamoDB: one update a request, and an item that does not grow."""

from datetime import UTC, datetime, timedelta

import pytest

from local.capacity import record_calls
from wakeline.adapters.dynamodb.api_keys import DynamoKeys
from wakeline.adapters.dynamodb.table import dynamodb, name, plain_item, typed_item
from wakeline.domain.api_keys import ApiKey, digest_of

NOW = datetime(2026, 3, 21, 12, 0, 30, tzinfo=UTC)
DIGEST = digest_of("wl_live_windows")


@pytest.fixture
def keys(embedded):
    store = DynamoKeys()
    key = ApiKey(
        id="key_1",
        workspace_id="ws_1",
        project_id=None,
        name=None,
        scopes=("admin",),
        plan=None,
        kind="key",
        prefix="wl_live_",
        created_at="2026-03-21T09:00:00.000Z",
        created_by="me",
    )
    store.put(DIGEST, key)
    return store


def stored() -> dict[str, object]:
    place = typed_item({"pk": f"K#{DIGEST}", "sk": "KEY"})
    return plain_item(dynamodb().get_item(TableName=name(), Key=place)["Item"])


def test_each_request_is_one_update_in_whatever_minute(keys):
    with record_calls() as calls:
        for minutes in (0, 0, 1, 2, 90):
            assert keys.use(DIGEST, NOW + timedelta(minutes=minutes), write=True)
            assert keys.count_user("ws_1", "sam", NOW + timedelta(minutes=minutes), write=False)
    assert [call.operation for call in calls.calls] == ["UpdateItem"] * 10


def test_an_item_in_use_keeps_two_windows_of_a_kind(keys):
    for minutes in range(20):
        keys.use(DIGEST, NOW + timedelta(minutes=minutes), write=minutes % 2 == 0)
    windows = [each for each in stored() if each[0] in "rw" and each[1:].isdigit()]
    assert len(windows) == 2


def test_windows_left_by_pauses_are_forgotten_once_they_are_many(keys):
    for hours in range(120):
        assert keys.use(DIGEST, NOW + timedelta(hours=hours), write=True).used == 1
    windows = [each for each in stored() if each[0] in "rw" and each[1:].isdigit()]
    assert len(windows) <= 51
