"""Ask before acting: the governed operations of Wakeline. The one part of the SDK that may stop the agent."""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import os
import time
import urllib.parse
from collections.abc import Callable
from types import TracebackType
from typing import Any

from .encode import encode
from .state import client, current_trace, quietly
from .transport import Refused, Transport, Unavailable

log = logging.getLogger("wakeline_sdk")


class Denied(PermissionError):
    """The operation is not allowed: by policy, by a person, or because nobody decided in time. `decision` says more."""

    def __init__(self, message: str, decision: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.decision = decision or {}


def evaluate(agent_id: str, operation: str, *, idempotency_key: str | None = None, **asked: Any) -> dict[str, Any]:
    """What the policy says of an operation: `{decision, trace_id, approval_request_id, reason, …}`.

    Asked again under the same key it is the same evaluation. Raises `Denied` when no answer can be had.
    """
    with _transport() as transport:
        body = {"agent_id": agent_id, "operation": operation, **asked}
        return _evaluate(transport, body, idempotency_key or os.urandom(16).hex())


class guard:
    """`with guard("deploy", agent_id=…, target_integration=…, resource_scope=…, data_classification=…):` — also async,
    and as a decorator.

    Allowed: the body runs, and how it ended is recorded as the outcome. Denied: `Denied`. Needs a person: waits up to
    `wait` seconds for the decision. When Wakeline cannot be asked the answer is no, unless `fail_open`.
    """

    def __init__(
        self,
        operation: str,
        *,
        agent_id: str,
        wait: float = 0.0,
        poll: float = 2.0,
        fail_open: bool = False,
        **asked: Any,
    ) -> None:
        self._body = {"agent_id": agent_id, "operation": operation, **asked}
        self._wait, self._poll, self._fail_open = wait, poll, fail_open
        self.decision: dict[str, Any] = {}

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def fresh() -> guard:
            asked = {name: value for name, value in self._body.items() if name not in ("agent_id", "operation")}
            return guard(
                self._body["operation"],
                agent_id=self._body["agent_id"],
                wait=self._wait,
                poll=self._poll,
                fail_open=self._fail_open,
                **asked,
            )

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def asynchronous(*args: Any, **said: Any) -> Any:
                async with fresh():
                    return await function(*args, **said)

            return asynchronous

        @functools.wraps(function)
        def synchronous(*args: Any, **said: Any) -> Any:
            with fresh():
                return function(*args, **said)

        return synchronous

    def __enter__(self) -> guard:
        self._decide()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self.decision.get("trace_id"):
            self._report(error)

    async def __aenter__(self) -> guard:
        await asyncio.to_thread(self._decide)
        return self

    async def __aexit__(self, kind: Any, error: BaseException | None, tb: Any) -> None:
        if self.decision.get("trace_id"):
            await asyncio.to_thread(self._report, error)

    def _decide(self) -> None:
        running = current_trace.get()
        body = self._body if running is None else {"parent_trace_id": running.id, **self._body}
        try:
            with _transport() as transport:
                self.decision = _evaluate(transport, body, os.urandom(16).hex())
                if self.decision["decision"] == "approval_required":
                    self._await_person(transport)
        except _NoAnswer as error:
            if not self._fail_open:
                raise
            log.warning("wakeline: %s; going on, as asked", error)
            return
        if self.decision["decision"] == "deny":
            raise Denied(self.decision.get("reason") or "denied by policy", self.decision)

    def _await_person(self, transport: Transport) -> None:
        until = time.monotonic() + self._wait
        path = f"/api/v1/traces/{urllib.parse.quote(self.decision['trace_id'], safe='')}"
        while True:
            status = self._decided(transport, path)
            if status == "approved":
                return
            if status in ("denied", "expired"):
                raise Denied(f"the approval was {status}", self.decision)
            if time.monotonic() + self._poll > until:
                raise Denied("an approval is required and was not given in time", self.decision)
            time.sleep(self._poll)

    def _decided(self, transport: Transport, path: str) -> str | None:
        try:
            requests = transport.get(path).get("approval_requests") or []
        except Unavailable:
            return None
        except Refused as error:
            raise _NoAnswer(f"the decision cannot be read: {error}") from error
        mine = self.decision.get("approval_request_id")
        return next((each.get("status") for each in requests if each.get("id") == mine), None)

    @quietly
    def _report(self, error: BaseException | None) -> None:
        outcome: dict[str, Any] = {"status": "success" if error is None else "error"}
        if error is not None:
            outcome["metadata"] = {"error": f"{type(error).__name__}: {error}"[:2000]}
        path = f"/api/v1/traces/{urllib.parse.quote(self.decision['trace_id'], safe='')}/outcome"
        with _transport() as transport:
            _retry(lambda: transport.post(path, encode(outcome), **{"Idempotency-Key": self.decision["trace_id"]}))


class _NoAnswer(Denied):
    pass


class _transport:
    """A connection for as long as a question takes: the sender's belongs to its thread."""

    def __enter__(self) -> Transport:
        recorder = client()
        if recorder is None:
            raise _NoAnswer("Wakeline is not set up, so nobody can be asked")
        self._open = recorder.connect()
        return self._open

    def __exit__(self, *about: Any) -> None:
        self._open.close()


def _evaluate(transport: Transport, body: dict[str, Any], key: str) -> dict[str, Any]:
    try:
        said = _retry(lambda: transport.post("/api/v1/evaluate", encode(body), **{"Idempotency-Key": key}))
    except (Unavailable, Refused) as error:
        raise _NoAnswer(f"the policy could not be asked: {error}") from error
    if not isinstance(said, dict) or said.get("decision") not in ("allow", "deny", "approval_required"):
        raise _NoAnswer("the answer is not a decision")
    return said


def _retry(ask: Callable[[], Any], attempts: int = 4) -> Any:
    """Ask, and again while the server is away: after 0.25, 0.5 and 1 second, or when it says."""
    for attempt in range(attempts):
        try:
            return ask()
        except Unavailable as error:
            if attempt == attempts - 1:
                raise
            time.sleep(min(10.0, error.retry_after or 0.25 * 2**attempt))
    return None
