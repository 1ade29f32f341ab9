"""`wakeline redrive`: what workers gave up on is done after all, whoever dies in between."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local import async_delivery, redrive, seeds, stream_delivery
from local.cli import main
from local.dead_letters import DeadLetters, Forgotten, NotDone
from local.stack import Stack, run
from wakeline import wiring
from wakeline.adapters import aws
from wakeline.wiring import stats, understanding

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
WORKSPACE = "ws_local"


@contextmanager
def opened(data: Path | None = None) -> Iterator[Stack]:
    aws.client.cache_clear()
    with run(TEMPLATE, parameters=seeds.parameters("unlimited"), data=data) as stack:
        seeds.write_credentials(stack.engine, "unlimited")
        yield stack
    aws.client.cache_clear()


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A stack that CloudFormation and Lambda know of, too."""
    with opened() as running:
        outputs = {key: str(value) for key, value in running.engine.template.outputs().items()}

        class Described:
            def describe_stacks(self, *, StackName: str) -> Any:
                assert StackName == "wakeline-dev"
                return {"Stacks": [{"Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in outputs.items()]}]}

        monkeypatch.setitem(aws.client._made, "cloudformation", Described())
        monkeypatch.setattr(redrive, "functions_client", lambda: redrive.InProcess(running.functions))
        yield running


@pytest.fixture(autouse=True)
def _short_and_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    monkeypatch.setattr(stream_delivery, "FIRST_PAUSE", 0.0001)
    monkeypatch.setattr(stream_delivery, "LONGEST_PAUSE", 0.001)
    monkeypatch.setattr(async_delivery, "PAUSE", 0.001)


@contextmanager
def failing(stack: Stack, *names: str) -> Iterator[None]:
    """These functions raise meanwhile."""

    def boom(_event: Any, _context: Any) -> Any:
        raise RuntimeError("the cause")

    handlers = stack.functions._handlers
    whole = {name: stack.functions.handler(stack.functions.all[name]) for name in names}
    handlers |= {stack.functions.all[name].handler: boom for name in names}
    try:
        yield
    finally:
        handlers |= {stack.functions.all[name].handler: handler for name, handler in whole.items()}


def record_a_run(stack: Stack, trace_id: str = "run") -> None:
    """One run, from its beginning to its end, and all that follows from it."""
    for path, body in (
        ("/api/traces", {"id": trace_id, "user_goal": "Book a table"}),
        (f"/api/traces/{trace_id}/events", {"events": [{"type": "user_message", "payload": {"content": "Book"}}]}),
        (f"/api/traces/{trace_id}/events", {"events": [{"type": "session_end", "payload": {"status": "completed"}}]}),
    ):
        headers = [("authorization", f"Bearer {seeds.ADMIN_KEY}"), ("content-type", "application/json")]
        answer = stack.gateway.call("POST", path, headers=headers, body=json.dumps(body).encode())
        assert answer.status < 300, answer.body
    stack.delivery.drain()


def waiting(stack: Stack) -> int:
    queue = stack.engine.template.outputs()["DeadLettersArn"]
    return DeadLetters(queue, stack.engine.client, None).count()


def again(*more: str) -> int:
    return main(["redrive", "--stack", "wakeline-dev", *more])


def test_an_event_is_given_to_its_worker_again(stack, capsys):
    with failing(stack, "OnTraceCompleted"):
        record_a_run(stack)
    assert understanding.analyses().get(WORKSPACE, "run") is None
    assert waiting(stack) == 1
    capsys.readouterr()

    assert again() == 0

    assert understanding.analyses().get(WORKSPACE, "run") is not None
    assert waiting(stack) == 0
    # Between them is what the worker logged: its logger is older than the command here.
    first, *_, line = capsys.readouterr().out.splitlines()
    assert first == "1 dead letters"
    assert line.startswith("done ")
    assert "wakeline-OnTraceCompleted  trace.completed  the cause" in line


def test_what_fails_again_stays_and_can_be_seen(stack, capsys):
    with failing(stack, "OnTraceCompleted"):
        record_a_run(stack)
        assert again() == 1
        assert "it failed again: the cause" in capsys.readouterr().out
    assert waiting(stack) == 1
    assert again() == 0  # at once: nobody holds it
    assert waiting(stack) == 0


def test_listing_takes_nothing(stack, capsys):
    with failing(stack, "OnTraceCompleted", "RememberTrace"):
        record_a_run(stack)
    capsys.readouterr()
    for _ in range(2):
        assert again("--list") == 0
        said = capsys.readouterr().out
        assert said.startswith("2 dead letters\n")
        assert "wakeline-OnTraceCompleted" in said
        assert "wakeline-RememberTrace" in said
    assert understanding.analyses().get(WORKSPACE, "run") is None


def test_a_death_after_the_run_leaves_it_to_be_done_again(stack, monkeypatch):
    with failing(stack, "OnTraceCompleted"):
        record_a_run(stack)

    def dies(_self: DeadLetters, _letter: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(DeadLetters, "delete", dies)
        assert again() == 130
    done = understanding.analyses().get(WORKSPACE, "run")
    assert done is not None
    assert waiting(stack) == 1

    assert again() == 0
    assert understanding.analyses().get(WORKSPACE, "run") == done
    assert waiting(stack) == 0


def test_a_batch_of_the_stream_is_read_again(stack):
    record_a_run(stack, "before")
    with failing(stack, "ReadChanges"):
        record_a_run(stack)
    assert waiting(stack) > 0
    assert understanding.analyses().get(WORKSPACE, "run") is None

    assert again() == 0
    stack.delivery.drain()

    assert waiting(stack) == 0
    assert understanding.analyses().get(WORKSPACE, "run") is not None  # the bus was told
    store = stats.rollups()
    counted = dict(store.all_rows(WORKSPACE, store.generations(WORKSPACE).read))
    assert main(["redrive", "--stack", "wakeline-dev"]) == 0
    from wakeline.services import rollups

    rollups.rebuild(store, wiring.ledger(), wiring.index(), wiring.price(), wiring.env(), WORKSPACE)
    assert dict(store.all_rows(WORKSPACE, store.generations(WORKSPACE).read)) == counted


def test_a_queues_message_goes_back_to_its_queue(stack):
    taken = []
    handlers = stack.functions._handlers
    handlers[stack.functions.all["DeliverWebhooks"].handler] = lambda event, _context: taken.append(event)
    queue = str(stack.engine.template.outputs()["DeadLettersArn"])
    stack.delivery._send_letter(queue, {"delivery_id": "dlv_1"})

    assert again() == 0
    stack.delivery.drain()

    assert [json.loads(record["body"]) for event in taken for record in event["Records"]] == [{"delivery_id": "dlv_1"}]
    assert waiting(stack) == 0


def test_a_stack_that_is_not_ours(stack, monkeypatch, capsys):
    class Other:
        def describe_stacks(self, **_: Any) -> Any:
            return {"Stacks": [{}]}

    monkeypatch.setitem(aws.client._made, "cloudformation", Other())
    assert again() == 1
    assert "has no DeadLettersArn" in capsys.readouterr().err


def test_letters_outlive_the_local_stack(tmp_path, capsys):
    with opened(tmp_path) as stack, failing(stack, "OnTraceCompleted", "ReadLive"):
        record_a_run(stack)
        before = waiting(stack)
        assert before > 1
    with opened(tmp_path) as stack:  # and its compaction
        assert waiting(stack) == before
        assert stack.journal is not None
        stack.journal.compact()
    capsys.readouterr()

    assert main(["redrive", "--data", str(tmp_path)]) == 0

    assert capsys.readouterr().out.startswith(f"{before} dead letters\ndone ")
    with opened(tmp_path) as stack:
        assert waiting(stack) == 0
        assert understanding.analyses().get(WORKSPACE, "run") is not None


class Deployed:
    """What AWS answers of a reader's letter: its stream, and the filters of its mapping."""

    STREAM = "arn:aws:dynamodb:eu-central-1:1:table/t/stream/2026"

    def __init__(self, engine: Any, sizes: dict[str, int]) -> None:
        self._engine = engine
        self.sizes = sizes
        self.invoked: list[list[str]] = []
        self.forgotten = False
        self.failures: list[dict[str, str]] = []
        self.letters: DeadLetters

    def __call__(self, service: str) -> Any:
        return self if service == "dynamodbstreams" else self._engine.client(service)

    def get_shard_iterator(self, **asked: Any) -> Any:
        assert asked == {
            "StreamArn": self.STREAM,
            "ShardId": "shard-1",
            "ShardIteratorType": "AT_SEQUENCE_NUMBER",
            "SequenceNumber": "10",
        }
        if self.forgotten:
            from botocore.exceptions import ClientError

            raise ClientError({"Error": {"Code": "TrimmedDataAccessException"}}, "GetShardIterator")
        return {"ShardIterator": "0"}

    def get_records(self, *, ShardIterator: str) -> Any:
        """One record each, so that reading has to go on."""
        at = int(ShardIterator)
        names = list(self.sizes)
        return {"Records": [self._record(names[at], 10 + at)], "NextShardIterator": str(at + 1)}

    def _record(self, name: str, number: int) -> dict[str, Any]:
        return {
            "eventID": name,
            "eventName": "INSERT",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "eu-central-1",
            "dynamodb": {
                "ApproximateCreationDateTime": datetime(2026, 11, 1, tzinfo=UTC),
                "Keys": {"pk": {"S": name}},
                "NewImage": {"b": {"B": b"z" * self.sizes[name]}},
                "SequenceNumber": str(number),
            },
        }

    def list_event_source_mappings(self, **asked: Any) -> Any:
        assert asked == {"FunctionName": "arn:aws:lambda:eu-central-1:1:function:Reader", "EventSourceArn": self.STREAM}
        pattern = json.dumps({"dynamodb": {"Keys": {"pk": {"S": [{"anything-but": "K#"}]}}}})
        return {"EventSourceMappings": [{"FilterCriteria": {"Filters": [{"Pattern": pattern}]}}]}

    def invoke(self, *, FunctionName: str, Payload: bytes) -> Any:
        records = json.loads(Payload)["Records"]
        assert {record["eventSourceARN"] for record in records} == {self.STREAM}
        assert all(isinstance(record["dynamodb"]["NewImage"]["b"]["B"], str) for record in records)
        self.invoked.append([record["dynamodb"]["Keys"]["pk"]["S"] for record in records])
        return {"Payload": io.BytesIO(json.dumps({"batchItemFailures": self.failures}).encode())}


@pytest.fixture
def reader(stack):
    """A letter of a reader in AWS, which does not hold the records, beside what its stream still has."""
    deployed = Deployed(stack.engine, {"a": 1, "K#": 1, "b": 3_000_000, "c": 3_000_000, "later": 1})
    queue = str(stack.engine.template.outputs()["DeadLettersArn"])
    batch = {"shardId": "shard-1", "startSequenceNumber": "10", "endSequenceNumber": "13", "batchSize": 4}
    letter = {
        "requestContext": {"functionArn": "arn:aws:lambda:eu-central-1:1:function:Reader"},
        "DDBStreamBatchInfo": {**batch, "streamArn": Deployed.STREAM},
    }
    stack.delivery._send_letter(queue, letter)
    deployed.letters = DeadLetters(queue, deployed, deployed)
    return deployed


def test_a_readers_batch_is_read_from_the_stream(reader):
    assert redrive.redrive(reader.letters, print, discard=False) == 0
    assert reader.invoked == [["a", "b"], ["c"]]
    assert reader.letters.count() == 0


def test_a_record_that_fails_again_keeps_the_batch(reader):
    reader.failures = [{"itemIdentifier": "12"}]
    for letter in reader.letters.each():
        with pytest.raises(NotDone, match="failed again, on a record"):
            reader.letters.redrive(letter)
    assert reader.letters.count() == 1


def test_what_the_stream_forgot_stays_until_it_is_discarded(reader, capsys):
    reader.forgotten = True
    for letter in reader.letters.each():
        with pytest.raises(Forgotten):
            reader.letters.redrive(letter)
    assert redrive.redrive(reader.letters, print, discard=False) == 1
    assert "wakeline rebuild" in capsys.readouterr().out
    assert redrive.redrive(reader.letters, print, discard=True) == 0
    assert reader.letters.count() == 0
    assert reader.invoked == []
