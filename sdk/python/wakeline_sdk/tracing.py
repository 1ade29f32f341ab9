"""Traces and spans: as context managers, and as decorators of functions, coroutines and generators."""

from __future__ import annotations

import contextvars
import functools
import inspect
import os
import re
import time
import traceback
from collections.abc import Callable
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


# -- Decorators


class Tracer:
    """What `trace` and `span` are: called with a function a decorator, with anything else the start of a `with`."""

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make

    def __call__(self, *given: Any, **said: Any) -> Any:
        if len(given) == 1 and not said and callable(given[0]):
            return self._wrap(given[0], (), {})
        return _Begun(self, given, said)

    def _wrap(self, function: Callable[..., Any], given: tuple[Any, ...], said: dict[str, Any]) -> Callable[..., Any]:
        name = given or (getattr(function, "__name__", "call"),)

        def begin(args: Any, kwargs: Any) -> Any:
            return self._make(*name, _call=(function, args, kwargs), **said)

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def asynchronous(*args: Any, **kwargs: Any) -> Any:
                with begin(args, kwargs) as step:
                    return _keep(step, await function(*args, **kwargs))

            return asynchronous
        if inspect.isasyncgenfunction(function):

            @functools.wraps(function)
            async def streaming(*args: Any, **kwargs: Any) -> Any:
                with begin(args, kwargs):
                    async for each in function(*args, **kwargs):
                        yield each

            return streaming
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def generating(*args: Any, **kwargs: Any) -> Any:
                with begin(args, kwargs):
                    return (yield from function(*args, **kwargs))

            return generating

        @functools.wraps(function)
        def synchronous(*args: Any, **kwargs: Any) -> Any:
            with begin(args, kwargs) as step:
                return _keep(step, function(*args, **kwargs))

        return synchronous


class _Begun:
    """`trace(…)` before it is known what it is: entered it is a context manager, called it is a decorator."""

    def __init__(self, tracer: Tracer, given: tuple[Any, ...], said: dict[str, Any]) -> None:
        self._tracer, self._given, self._said = tracer, given, said
        self._entered: Any = None

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return self._tracer._wrap(function, self._given, self._said)

    def __enter__(self) -> Any:
        self._entered = self._tracer._make(*self._given, **self._said)
        return self._entered.__enter__()

    def __exit__(self, *about: Any) -> None:
        self._entered.__exit__(*about)

    async def __aenter__(self) -> Any:
        return self.__enter__()

    async def __aexit__(self, *about: Any) -> None:
        self.__exit__(*about)


def _keep(step: Any, result: Any) -> Any:
    if isinstance(step, Span) and step.output is None:
        step.output = result
    return result


def _arguments(call: tuple[Callable[..., Any], Any, Any] | None) -> Any:
    """What a decorated function was called with, by name; of a method not the object itself."""
    if call is None:
        return None
    function, args, kwargs = call
    try:
        bound = dict(inspect.signature(function).bind(*args, **kwargs).arguments)
    except (TypeError, ValueError):
        return {"args": list(args), **kwargs}
    bound.pop("self", None)
    bound.pop("cls", None)
    return bound or None


def _make_span(*given: Any, _call: Any = None, **said: Any) -> Span:
    if _call is not None:
        said.setdefault("input", _arguments(_call))
    return Span(*given, **said)


def _make_trace(*given: Any, _call: Any = None, **said: Any) -> Trace | Span:
    if current_trace.get() is None:
        return Trace(*given, **said)
    # A traced function that another one calls is a part of that run.
    return _make_span(*given[:1], _call=_call, kind="agent")


def _make_tool(*given: Any, _call: Any = None, **said: Any) -> Span:
    return _make_span(*given, _call=_call, **{"kind": "tool_call", **said})


trace = Tracer(_make_trace)
"""`@trace`, `@trace(user_goal=…)` or `with trace("name", user_goal=…) as run:`."""
span = Tracer(_make_span)
"""`@span`, `@span("plan", kind="reasoning")` or `with span("plan") as step: step.output = …`."""
tool = Tracer(_make_tool)
"""The same for a tool: arguments and result are recorded as a tool call."""
