"""Traces and spans, as context managers, and the events that they record."""

from __future__ import annotations

import contextvars
import os
import re
import time
import traceback
from types import TracebackType
from typing import Any

from .encode import plain, stamp
from .state import client, current_span, current_trace, quietly, running_trace

_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")

_TYPES = {"agent": "subagent_start"}
_END_TYPES = {"tool_call": "tool_result", "agent": "subagent_stop"}
KINDS = ("llm_call", "tool_call", "retrieval", "agent", "reasoning", "action", "state_change")
"""What a span may be. `action` is any step of the agent's own."""


class Trace:
    """One run of an agent. Facts are those of `POST /api/traces`: `user_goal`, `agent`, `environment`, `tags`, …"""

    def __init__(self, name: str | None = None, id: str | None = None, **facts: Any) -> None:
        self.id = id if id is not None and _ID.fullmatch(id) else f"trc_{os.urandom(13).hex()}"
        if id is not None and self.id != id:
            facts["metadata"] = {**(facts.get("metadata") or {}), "given_id": str(id)}
        self.status: str | None = None
        self._facts = {"name": name, **facts}
        self._tokens: list[tuple[contextvars.ContextVar[Any], contextvars.Token[Any]]] = []

    @quietly
    def begin(self) -> None:
        """Have it created."""
        if (recorder := client()) is not None:
            facts = {name: value for name, value in self._facts.items() if value is not None}
            recorder.trace(self.id, plain({"started_at": stamp(), **facts}))

    @quietly
    def end(self, status: str = "completed", error: str | None = None) -> None:
        """Record that the run is over."""
        payload = {"status": self.status or status, "error": error}
        emit("session_end", {name: value for name, value in payload.items() if value is not None}, trace=self)

    def __enter__(self) -> Any:
        self.begin()
        self._tokens = [(current_trace, current_trace.set(self)), (current_span, current_span.set(None))]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        for variable, token in reversed(self._tokens):
            _reset(variable, token)
        if error is not None and _is_failure(error):
            _record_error(self, None, error)
            self.end("failed", _said(error))
        else:
            self.end()

    async def __aenter__(self) -> Any:
        return self.__enter__()

    async def __aexit__(self, *about: Any) -> None:
        self.__exit__(*about)


class Span:
    """One step of a run. Set `output` and, for a model's response, `usage` while it lasts."""

    def __init__(
        self, name: str | None = None, kind: str = "action", input: Any = None, model: str | None = None, **extra: Any
    ) -> None:
        self.id = os.urandom(8).hex()
        self.kind = kind if kind in KINDS else "action"
        self.name, self.input, self.model = name or self.kind, input, model
        self.output: Any = None
        self.error: Any = None
        self.usage: dict[str, Any] = {}
        self._extra = extra
        self._trace: Trace | None = None
        self._parent: str | None = None
        self._token: contextvars.Token[Span | None] | None = None
        self._began = 0.0

    @quietly
    def begin(self, parent: Span | None = None) -> None:
        """Record its start, as a child of `parent` or of the span that runs."""
        self._trace = running_trace()
        above = parent or current_span.get()
        self._parent = above.id if above is not None else None
        self._began = time.perf_counter()
        emit(_TYPES.get(self.kind, self.kind), {**self._opening(), **self._extra, "phase": "start"}, span=self)

    @quietly
    def end(self) -> None:
        """Record its end with what was set meanwhile."""
        took = round((time.perf_counter() - self._began) * 1000, 3)
        emit(_END_TYPES.get(self.kind, self.kind), {**self._closing(took), "phase": "end"}, span=self)

    def __enter__(self) -> Any:
        self.begin()
        self._token = current_span.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._token is not None:
            _reset(current_span, self._token)
        if error is not None and _is_failure(error) and self.error is None:
            self.error = _said(error)
        self.end()

    async def __aenter__(self) -> Any:
        return self.__enter__()

    async def __aexit__(self, *about: Any) -> None:
        self.__exit__(*about)

    def _opening(self) -> dict[str, Any]:
        if self.kind == "llm_call":
            return _present(name=self.name, model=self.model or "unknown", input=self.input)
        if self.kind == "tool_call":
            return _present(tool_name=self.name, call_id=self.id, arguments=self.input)
        if self.kind == "agent":
            return _present(agent_type=self.name, description=self.name, input=self.input)
        if self.kind == "retrieval":
            return _present(name=self.name, query=self.input if isinstance(self.input, str) else None, input=self.input)
        return _present(name=self.name, input=self.input)

    def _closing(self, took: float) -> dict[str, Any]:
        if self.kind == "llm_call":
            said = _present(output=self.output, error=self.error, **self.usage)
            return {"name": self.name, "model": self.model or "unknown", "latency_ms": took, **said}
        if self.kind == "tool_call":
            said = _present(result=self.output, error=self.error)
            return {"tool_name": self.name, "call_id": self.id, "duration_ms": took, **said}
        return {**_present(name=self.name, output=self.output, error=self.error), "duration_ms": took}

    @property
    def place(self) -> tuple[Trace | None, str | None]:
        """Its trace, and the span it is a child of."""
        return self._trace, self._parent


@quietly
def emit(event_type: str, payload: dict[str, Any], *, trace: Trace | None = None, span: Span | None = None) -> None:
    """Record an event of the running trace, inside the running span unless it is one's own."""
    recorder = client()
    if recorder is None:
        return
    event: dict[str, Any] = {"type": event_type, "timestamp": stamp(), "payload": payload}
    if span is not None:
        trace, parent = span.place
        event["span_id"] = span.id
        if parent is not None:
            event["parent_id"] = parent
    elif trace is None and (inside := current_span.get()) is not None:
        event["parent_id"] = inside.id
    trace = trace or running_trace()
    if trace is not None:
        recorder.event(trace.id, event)


def _present(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _reset(variable: contextvars.ContextVar[Any], token: contextvars.Token[Any]) -> None:
    try:
        variable.reset(token)
    except ValueError:
        # Entered in one context and left in another, as an async generator is that somebody else closes.
        variable.set(None)


def _is_failure(error: BaseException) -> bool:
    return not isinstance(error, (GeneratorExit, StopIteration, StopAsyncIteration)) and not (
        isinstance(error, SystemExit) and error.code in (None, 0)
    )


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:4000]


@quietly
def _record_error(trace: Trace | None, span: Span | None, error: BaseException) -> None:
    lines = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    payload = {
        "message": str(error)[:4000] or type(error).__name__,
        "error_type": type(error).__name__,
        "traceback": lines[-20_000:],
        "handled": False,
    }
    emit("error", payload, trace=trace, span=span)
