"""One contract for `TapeStore`, kept by the fake and by DynamoDB with S3 alike."""

from dataclasses import replace
from typing import Any

import pytest

from local.capacity import record_calls
from tests.factories import NOON
from tests.fakes.replay import MemoryTapes
from tests.rules.template import ROOT, parse
from wakeline import settings
from wakeline.adapters import aws
from wakeline.adapters.dynamodb import table
from wakeline.adapters.dynamodb.tapes import KEPT_DAYS, DynamoTapes, object_key
from wakeline.domain.tape import MAX_DAYS, Tape

MADE = Tape(
    slug="slug-0000000000000001",
    workspace_id="ws_1",
    project_id="proj_1",
    trace_id="trc_1",
    title="Deploy",
    created_at=NOON,
    created_by="key_1",
    expires_at=None,
    event_count=2,
    head_hash="ab" * 32,
    redactions=1,
)


@pytest.fixture(params=["memory", "aws"])
def store(request) -> Any:
    if request.param == "memory":
        return MemoryTapes()
    request.getfixturevalue("engine")
    return DynamoTapes()


def test_a_tape_is_read_back(store):
    assert store.get(MADE.slug) is None
    assert store.content(MADE.slug) is None
    store.put(MADE, b'{"a":1}')
    assert store.get(MADE.slug) == MADE
    assert store.content(MADE.slug) == b'{"a":1}'
    assert MADE.slug in store.url(MADE.slug, 60)


def test_one_that_was_unpublished_is_gone(store):
    other = replace(MADE, slug="slug-0000000000000002")
    for tape in (MADE, other):
        store.put(tape, b"{}")
    store.delete(MADE)
    store.delete(MADE)
    assert store.get(MADE.slug) is None
    assert store.content(MADE.slug) is None
    assert store.page("ws_1", None, None, 10) == ([other], None)


def test_lists_newest_first_in_pages(store, monkeypatch):
    made = [
        replace(
            MADE,
            slug=f"slug-{number:016d}",
            created_at=f"2026-03-21T12:00:0{number}.000Z",
            project_id="proj_2" if number % 3 == 0 else "proj_1",
        )
        for number in range(1, 8)
    ]
    for tape in [*made, replace(MADE, slug="slug-other-workspace", workspace_id="ws_2")]:
        store.put(tape, b"{}")

    def numbers(project: str | None, limit: int) -> list[int]:
        found: list[int] = []
        before = None
        while True:
            page, before = store.page("ws_1", project, before, limit)
            assert len(page) <= limit
            found += [int(tape.slug[-1]) for tape in page]
            if before is None:
                return found

    assert numbers(None, 3) == [7, 6, 5, 4, 3, 2, 1]
    assert numbers("proj_2", 1) == [6, 3]
    assert numbers("proj_9", 3) == []
    # However few fit, a page looks at so many and goes on in the next.
    monkeypatch.setattr(table, "MOST_READ", 2)
    assert numbers("proj_2", 1) == numbers("proj_2", 3) == [6, 3]
    assert numbers("proj_9", 3) == []


@pytest.mark.parametrize(("days", "tag"), [("28", "7"), ("29", "30"), (None, None)])
def test_the_content_of_one_that_expires_is_tagged_for_the_lifecycle(embedded, days, tag):
    expires = None if days is None else f"2026-03-{days}T12:00:00.000Z"
    DynamoTapes().put(replace(MADE, expires_at=expires), b"{}")
    found = aws.client("s3").get_object_tagging(Bucket=settings.bucket_name(), Key=object_key(MADE.slug))["TagSet"]
    assert found == ([] if tag is None else [{"Key": "kept-days", "Value": tag}])


def test_the_template_removes_what_is_tagged():
    rules = parse((ROOT / "template.yaml").read_text())["Resources"]["Bucket"]["Properties"]["LifecycleConfiguration"]
    days = {rule["TagFilters"][0]["Value"]: rule["ExpirationInDays"] for rule in rules["Rules"] if "TagFilters" in rule}
    assert days == {str(each): each for each in KEPT_DAYS}
    assert KEPT_DAYS[-1] == MAX_DAYS


def test_what_it_costs(embedded):
    store = DynamoTapes()
    with record_calls() as calls:
        store.put(MADE, b"{}")
    assert calls.operations == ["TransactWriteItems"]
    with record_calls() as calls:
        store.get(MADE.slug)
        store.page("ws_1", None, None, 20)
    assert calls.operations == ["GetItem", "Query"]
    with record_calls() as calls:
        store.delete(MADE)
    assert calls.operations == ["TransactWriteItems"]
