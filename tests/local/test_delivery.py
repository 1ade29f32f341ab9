"""Stream records, bus events, messages and schedules reach their functions, or a dead-letter queue."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from local import async_delivery, stream_delivery
from local.stack import Stack

TABLE = "wakeline-Table"


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_delivery, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(async_delivery, "PAUSE", 0.001)


def put(stack: Stack, *names: str, pk: str = "a") -> None:
    for name in names:
        stack.engine.client("dynamodb").put_item(
            TableName=TABLE, Item={"pk": {"S": pk}, "sk": {"S": name}, "b": {"B": b"z"}}
        )


def held(stack: Stack) -> Any:
    """While entered, records pile up, so that they come in one batch."""
    return stack.delivery.streams[0].changed


def seen(workers: Any, kind: str) -> list[Any]:
    return [what for each, what in workers.SEEN if each == kind]


def changed(workers: Any) -> list[str]:
    return [record["dynamodb"]["Keys"]["sk"]["S"] for record in seen(workers, "change")]


def letters(stack: Stack) -> list[Any]:
    sqs = stack.engine.client("sqs")
    url = sqs.get_queue_url(QueueName="wakeline-Letters")["QueueUrl"]
    return [
        json.loads(each["Body"])
        for each in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    ]


def test_changes_arrive_in_order_and_in_batches(stack: Stack, workers: Any) -> None:
    names = [f"{number:02d}" for number in range(30)]
    with held(stack):
        put(stack, *names)
    stack.delivery.drain()
    assert changed(workers) == names
    assert [len(batch) for batch in seen(workers, "batch")] == [4] * 7 + [2]


def test_a_record_looks_as_on_aws(stack: Stack, workers: Any) -> None:
    put(stack, "x")
    stack.engine.client("dynamodb").update_item(
        TableName=TABLE,
        Key={"pk": {"S": "a"}, "sk": {"S": "x"}},
        UpdateExpression="SET b = :b",
        ExpressionAttributeValues={":b": {"M": {"k": {"L": [{"B": b"\x01"}]}}}},
    )
    stack.engine.client("dynamodb").delete_item(TableName=TABLE, Key={"pk": {"S": "a"}, "sk": {"S": "x"}})
    put(stack, "y", pk="quiet")  # filtered out
    stack.delivery.drain()
    insert, modify, remove = seen(workers, "change")
    assert [each["eventName"] for each in (insert, modify, remove)] == ["INSERT", "MODIFY", "REMOVE"]
    assert insert["dynamodb"]["NewImage"] == {"pk": {"S": "a"}, "sk": {"S": "x"}, "b": {"B": "eg=="}}
    assert "OldImage" not in insert["dynamodb"]
    assert modify["dynamodb"]["OldImage"]["b"] == {"B": "eg=="}
    assert modify["dynamodb"]["NewImage"]["b"] == {"M": {"k": {"L": [{"B": "AQ=="}]}}}
    assert "NewImage" not in remove["dynamodb"]
    assert insert["eventSourceARN"].startswith("arn:aws:dynamodb:us-east-1:123456789012:table/wakeline-Table/stream/")
    numbers = [each["dynamodb"]["SequenceNumber"] for each in (insert, modify, remove)]
    assert numbers == sorted(numbers)


def test_a_failure_is_tried_again_from_the_record_that_failed(stack: Stack, workers: Any) -> None:
    workers.FAILING["2"] = 2
    with held(stack):
        put(stack, "1", "2", "3")
    stack.delivery.drain()
    assert changed(workers) == ["1", "2", "3"]  # nothing before the failed record was repeated
    assert letters(stack) == []


def test_a_poison_record_is_cut_out_and_the_rest_goes_on(stack: Stack, workers: Any) -> None:
    workers.FAILING["crash"] = -1
    with held(stack):
        put(stack, "1", "2", "crash", "4", "5")
    stack.delivery.drain()
    assert set(changed(workers)) == {"1", "2", "4", "5"}
    (letter,) = letters(stack)
    assert letter["DDBStreamBatchInfo"]["batchSize"] == 1
    assert letter["requestContext"]["condition"] == "RetryAttemptsExhausted"


def test_bus_events_go_where_the_rule_says(stack: Stack, workers: Any) -> None:
    def put_event(source: str, **detail: Any) -> None:
        entry = {"Source": source, "DetailType": "t", "Detail": json.dumps(detail), "EventBusName": "wakeline-bus"}
        assert stack.engine.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0

    put_event("small", n=2)
    put_event("small", n=1)
    put_event("other", n=2)
    workers.FAILING.update({"once": 1, "always": -1})
    put_event("small", n=3, name="once")
    put_event("small", n=4, name="always")
    stack.delivery.drain()
    events = seen(workers, "event")
    assert [event["detail"]["n"] for event in events] == [2, 3, 3, 4, 4, 4]
    assert (events[0]["source"], events[0]["detail-type"], events[0]["version"]) == ("small", "t", "0")
    (letter,) = letters(stack)
    assert letter["requestPayload"]["detail"]["n"] == 4
    assert letter["requestContext"]["functionArn"].endswith(":function:wakeline-OnEvent:$LATEST")
    assert letter["requestContext"]["condition"] == "RetriesExhausted"
    assert letter["responsePayload"] == {"errorMessage": "refused", "errorType": "RuntimeError"}


def test_messages_reach_the_queues_function(stack: Stack, workers: Any) -> None:
    sqs = stack.engine.client("sqs")
    url = sqs.get_queue_url(QueueName="wakeline-Work")["QueueUrl"]
    for number in range(5):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    stack.delivery.drain()
    assert sorted(seen(workers, "message")) == ["0", "1", "2", "3", "4"]


def test_schedules_fire_when_it_is_time(stack: Stack, workers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, old = stack.delivery.schedules["Nightly.Clock"], stack.delivery.schedules["Nightly.Old"]
    # Not by this machine's clock, at whose midnight a test may run.
    monkeypatch.setattr(stack.delivery, "schedules", {})
    assert clock._next is not None
    now = clock._next - timedelta(minutes=1)
    clock.tick(now)
    stack.delivery.drain()
    assert seen(workers, "nightly") == []
    for days in (1.1, 1.2, 9):  # the third comes late, and once
        clock.tick(now + timedelta(days=days))
        old.tick(now + timedelta(days=days))
    stack.delivery.drain()
    assert seen(workers, "nightly") == [{"what": "sweep"}, {"what": "sweep"}]
    assert old.event(now)["detail-type"] == "Scheduled Event"


def test_drain_says_when_it_gives_up(stack: Stack, workers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack.delivery.streams[0], "_attempts", -1)
    workers.FAILING["crash"] = -1
    put(stack, "crash")
    with pytest.raises(TimeoutError):
        stack.delivery.drain(timeout=0.05)
