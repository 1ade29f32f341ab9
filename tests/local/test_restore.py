"""A table restored from point-in-time recovery: what docs/deploy.md says of it, as far as that shows without AWS.

Recovery gives the items as they were at a moment, in a table whose stream knows nothing of them. The buckets stay as
they are now: search files and digests are of later than the table.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local import seeds
from local.dynamodb_index import table_items
from local.dynamodb_model import MODEL
from local.rebuild import rebuild
from local.stack import Stack, run
from tests.fakes.env import START, Clock, fixed_env
from tests.rules.template import ROOT
from wakeline import settings, wiring
from wakeline.adapters import aws

WORKSPACE = "ws_local"
VIEWS = ("R#", "RS#", "RG#", "SEARCH#", "SEARCHED#")
"""What is counted and what is searched; anything else in the table is the record itself, or what people said."""
READ = (
    "/api/stats",
    "/api/stats/daily",
    "/api/stats/tools",
    "/api/stats/models",
    "/api/stats/errors",
    "/api/stats/session-breakdown?session_id=cut",
    "/api/sessions",
    "/api/search?q=rounding",
    "/api/search?q=flight",
    "/api/search?q=later",
)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(START)
    env = fixed_env(clock)
    monkeypatch.setattr(wiring, "env", lambda: env)
    return clock


@pytest.fixture
def stack(clock: Clock) -> Iterator[Stack]:
    aws.client.cache_clear()
    with run(ROOT / "template.yaml", parameters=seeds.parameters("unlimited")) as running:
        seeds.write_credentials(running.engine, "unlimited")
        yield running
    aws.client.cache_clear()


def get(stack: Stack, path: str) -> Any:
    path, _, query = path.partition("?")
    answer = stack.gateway.call("GET", path, query, [("authorization", f"Bearer {seeds.ADMIN_KEY}")], b"")
    assert answer.status == 200, (path, answer.body)
    return json.loads(answer.body)


def post(stack: Stack, path: str, body: Any) -> None:
    headers = [("authorization", f"Bearer {seeds.ADMIN_KEY}"), ("content-type", "application/json")]
    answer = stack.gateway.call("POST", path, headers=headers, body=json.dumps(body).encode())
    assert answer.status < 300, answer.body
    stack.delivery.drain()


def append(stack: Stack, trace_id: str, text: str) -> None:
    events = [{"type": "user_message", "payload": {"content": text}}]
    post(stack, f"/api/traces/{trace_id}/events", {"events": events})


def record(stack: Stack) -> None:
    seeds.load_sample(stack.gateway)
    post(stack, "/api/traces", {"id": "cut", "user_goal": "Change the rounding"})
    append(stack, "cut", "it is to be rounding half even")


def recovered(stack: Stack) -> list[Any]:
    """The table's items as they are now."""
    with stack.engine.lock:
        return list(table_items(stack.engine.tables()[settings.table_name()]))


def restore(stack: Stack, items: list[Any], without: tuple[str, ...] = ()) -> None:
    """Make the table that of these items, which no stream tells of."""
    with stack.engine.lock:
        table = stack.engine.tables()[settings.table_name()]
        listener, MODEL.listener = MODEL.listener, None
        table.items.clear()
        MODEL.forget(table)
        for item in items:
            if not item.attrs["pk"].value.startswith(without or "\0"):
                MODEL.replace(table, None, item)
        MODEL.listener = listener


def answers(stack: Stack) -> dict[str, Any]:
    return {path: get(stack, path) for path in READ}


@pytest.mark.parametrize("without", [(), VIEWS], ids=["as it was", "without its views"])
def test_a_rebuild_makes_the_views_of_the_restored_ledger(stack, without, capsys):
    record(stack)
    right, then = answers(stack), recovered(stack)
    assert right["/api/search?q=rounding"]["total"] == 2
    append(stack, "cut", "and later it was not rounding at all")
    post(stack, "/api/traces", {"id": "lost", "user_goal": "Begun later"})
    append(stack, "lost", "what came later")
    assert answers(stack) != right

    restore(stack, then, without)
    rebuild(WORKSPACE)
    stack.delivery.drain()

    assert answers(stack) == right
    for trace_id in ("cut", "sample-fix-failing-test"):
        assert get(stack, f"/api/v1/traces/{trace_id}/verify")["valid"]
    append(stack, "cut", "and on we go, later")  # the restored trace is written to as before
    assert get(stack, "/api/v1/traces/cut/verify")["valid"]
    assert get(stack, "/api/search?q=later") != right["/api/search?q=later"]


def test_digests_tell_what_a_restored_table_lost(stack, clock):
    seal = stack.engine.template.function("SealDigests")
    record(stack)
    clock.advance(hours=1, minutes=5)
    stack.functions.invoke(seal, {})
    then = recovered(stack)
    append(stack, "cut", "and later it was not")
    clock.advance(hours=1)
    stack.functions.invoke(seal, {})
    assert get(stack, "/api/v1/traces/cut/verify")["valid"]

    restore(stack, then)
    assert get(stack, "/api/v1/traces/cut/verify")["valid"]  # of itself it is whole
    clock.advance(hours=1)
    stack.functions.invoke(seal, {})  # the next run takes up what the archive holds

    found = get(stack, "/api/v1/traces/cut/verify")
    assert not found["valid"]
    assert get(stack, "/api/v1/traces/sample-fix-failing-test/verify")["valid"]
    sealed = get(stack, "/api/v1/digests")
    assert [each["sequence"] for each in sealed["digests"]] == [2, 1, 0]
