"""`wakeline redrive`: what workers gave up on is done after all, whoever dies in between."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from local import async_delivery, redrive, seeds, stream_delivery
from local.cli import main
from local.dead_letters import DeadLetters
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
