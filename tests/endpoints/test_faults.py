"""Every AWS call of every endpoint goes wrong once, in each way that it can: the answer is right or says to try again,
and after trying again nothing is lost and nothing doubled.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests import kept
from tests.breaking import Seen, breaking, faults, without_waiting
from tests.endpoints.operations import Operation, operations
from tests.endpoints.planted import BODIES, HEADERS, NOBODYS, QUERY, body_of, kind_of, plant
from tests.endpoints.stack import Answer, Stack, Workspace
from tests.factories import message
from wakeline.adapters.dynamodb import idempotency

EVERY = [pytest.param(each, id=str(each)) for each in operations() if each.endpoint.scope is not None]

EXACT: dict[str, Any] = {"append_events": message("hello", idempotency_key="event-1")}
"""Bodies of what is exactly once by keys of its own, where planted.py's have none."""

NEW = {("create_trace", "id"), ("create_agent", "id"), ("create_artifact", "artifact_id")}
"""Ids of what a request makes, beside ids of what is there."""

DONE_ALREADY = {"approve_approval", "deny_approval", "record_outcome", "replay_fork"}
"""Operations that say 409 when they are asked for what was done; so they do after an attempt whose answer was lost."""


EACH_COUNTS = {"test_webhook": "HD *"}
"""What each attempt leaves one more of, on purpose: every test of a webhook is a delivery of its own, and listed."""

CUT_OFF = Answer(503, {}, b'{"error": {"retry": "backoff"}}')
"""What a client makes of a download that ends before its end: chunks that are not terminated."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """A stream ends at once."""
    monkeypatch.setenv("STREAM_SECONDS", "0.05")
    monkeypatch.setenv("STREAM_POLL_MS", "10")
    without_waiting(monkeypatch)


@dataclass
class Trial:
    """One request in a workspace of its own, which can be repeated."""

    operation: Operation
    workspace: Workspace
    ids: dict[str, str]
    key: str

    @classmethod
    def of(cls, stack: Stack, operation: Operation) -> "Trial":
        workspace = Workspace.fresh(stack)
        within = re.findall(r"<(\w+)>", str(BODIES.get(operation.name)))
        ids: dict[str, str] = {}
        for name in (*operation.ids, *within):
            kind = kind_of(operation, name)
            if (operation.name, name) in NEW:
                ids[name] = f"new-{workspace.id}"
            elif kind is not None:
                ids[name] = plant(workspace, kind, ids)
        kind = "service" if operation.endpoint.scope == "service" else "key"
        return cls(operation, workspace, ids, workspace.key("admin", kind=kind))

    def ask(self) -> Answer:
        operation, ids = self.operation, self.ids
        path = re.sub(r"{(\w+)\+?}", lambda match: ids.get(match.group(1), NOBODYS), operation.path)
        body = None if operation.method == "GET" else EXACT.get(operation.name) or body_of(operation, ids)
        query = {name: QUERY.get(name, NOBODYS) for name in operation.required} | {
            name: ids[name] for name in operation.in_query if name in ids
        }
        headers = HEADERS.get(operation.name, {}) | {"Idempotency-Key": "once"}
        try:
            return self.workspace.stack.call(operation.method, path, key=self.key, body=body, headers=headers, **query)
        except (ClientError, BotoCoreError):
            return CUT_OFF

    def ask_again(self, monkeypatch: pytest.MonkeyPatch) -> Answer:
        """The same later: when the first attempt is taken to run still, after the minute for which it is."""
        answer = self.ask()
        if answer.status >= 400 and retryable(answer):
            with monkeypatch.context() as later:
                later.setattr(idempotency, "RUNNING_S", -1)
                answer = self.ask()
        return answer

    def kept(self) -> Counter[str]:
        """How many things of each kind table and bucket hold of the workspace.

        Without the audit trace: a mutation is noted before it is made, and once more when it is made again
        (docs/decisions/017). Without counters, which are spread over a number of items that chance decides.
        """
        mine = re.compile(rf"#{re.escape(self.workspace.id)}(#|$)")
        engine = self.workspace.stack.engine
        found: Counter[str] = Counter()
        for pk, sk, _ in kept.items(engine):
            kind = pk.split("#")[0]
            if mine.search(pk) and not kept.is_audit(pk, sk) and kind not in ("J", "C"):
                found[f"{kind} {_kind(sk)}"] += 1
        keys = [key for key, _ in kept.objects(engine) if self.workspace.id in key]
        return found + Counter(key.split("/")[0] for key in keys if not kept.is_audit(key))


def _kind(sk: str) -> str:
    head = sk.split("#")[0]
    return head if re.fullmatch("[A-Z]{1,12}", head) else "*"


def control(stack: Stack, operation: Operation) -> tuple[list[Seen], set[int], Counter[str]]:
    """What happens when nothing goes wrong: the calls, the statuses of the request and of its repeat, what is kept."""
    trial = Trial.of(stack, operation)
    with breaking(stack.engine) as noted:
        first = trial.ask()
    assert first.status < 500 or first.error["code"] == "billing_not_configured", first.body
    return noted.seen, {first.status, trial.ask().status}, trial.kept()


def retryable(answer: Answer) -> bool:
    """Whether a failure says that the same request may work later."""
    return answer.status in (409, 429, 500, 503) and answer.error["retry"] == "backoff"


@pytest.mark.parametrize("operation", EVERY)
def test_each_call_in_turn(stack, operation, monkeypatch):
    seen, right, kept = control(stack, operation)
    if operation.name in DONE_ALREADY:
        right |= {409}
    wrong: list[str] = []
    # The first call knows the caller: in one operation for all.
    for fault in faults(seen, 0 if operation.name == "create_trace" else 1):
        trial = Trial.of(stack, operation)
        with breaking(stack.engine, fault):
            answer = trial.ask()
        again = trial.ask_again(monkeypatch)
        wrong += [
            f"{fault.kind} at {fault.at}, {seen[fault.at]}: {said}"
            for said in _judged(trial, answer, again, right, kept)
        ]
    assert not wrong, "\n".join(wrong)


def _judged(trial: Trial, answer: Answer, again: Answer, right: set[int], kept: Counter[str]) -> list[str]:
    said = []
    if 201 in right:  # what an attempt made whose answer was lost is there, and so not new
        right = right | {200}
    if answer.status not in right and not retryable(answer):
        said.append(f"{answer.status} {answer.body!r}")
    if again.status not in right:
        said.append(f"{answer.status}, then {again.status} {again.body!r}")
    now = trial.kept()
    if trial.operation.name in DONE_ALREADY and again.status == 409:
        now["I ANSWER"] = kept["I ANSWER"]
    each = EACH_COUNTS.get(trial.operation.name)
    if each is not None and now[each] == kept[each] + 1:
        now[each] = kept[each]
    if now != kept:
        said.append(f"{answer.status}, then {again.status}: {dict(now - kept)} too much, {dict(kept - now)} too little")
    return said
