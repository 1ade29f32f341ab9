"""`trace`, `span`, `tool`: decorators of functions, coroutines and generators, and beginnings of `with` blocks."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from .state import current_trace
from .tracing import Span, Trace


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
