"""Where a piece of code is: the client of the process, the trace and the span of the running context."""

from __future__ import annotations

import contextvars
import functools
import logging
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .client import Client, install_exits
from .config import Config, from_environment

if TYPE_CHECKING:
    from .tracing import Span, Trace

log = logging.getLogger("wakeline_sdk")
F = TypeVar("F", bound=Callable[..., Any])

current_trace: contextvars.ContextVar[Trace | None] = contextvars.ContextVar("wakeline_trace", default=None)
current_span: contextvars.ContextVar[Span | None] = contextvars.ContextVar("wakeline_span", default=None)

_client: Client | None = None
_off = False
_lock = threading.RLock()
_starting = threading.Lock()
_ambient: Trace | None = None


def init(config: Config | None = None, **given: Any) -> None:
    """Set the SDK up. Arguments are the fields of `Config`; what is not given comes from the environment.

    Calling it is optional: the first thing recorded does it. Calling it again ends the client before.
    """
    global _client, _off, _ambient
    config = config or from_environment(**given)
    with _lock:
        before, _client, _ambient = _client, None, None
        if before is not None:
            before.close()
        _off = not config.enabled
        if _off:
            log.info("wakeline: off; set WAKELINE_URL and WAKELINE_API_KEY to record")
            return
        _client = Client(config)
        install_exits(_client)


def client() -> Client | None:
    """The client of this process; None when the SDK is off."""
    if _client is None and not _off:
        with _starting:
            if _client is None and not _off:
                init()
    return _client


def flush(timeout: float = 10.0) -> bool:
    """Send what was recorded so far. False when `timeout` seconds did not suffice; nothing is lost by that."""
    return _client is None or _client.flush(timeout)


def shutdown() -> None:
    """Send what can be sent in `exit_timeout` seconds, keep the rest on disk, and stop recording."""
    global _client, _off, _ambient
    with _lock:
        ending, _client, _off, _ambient = _client, None, True, None
    if ending is not None:
        ending.close()


def stats() -> dict[str, int]:
    """Events by what became of them (sent, rejected, spooled, dropped, lost, waiting), retries and inner errors."""
    return {} if _client is None else _client.stats()


def running_trace() -> Trace | None:
    """The trace of this context; outside of any, one for the whole process, begun when it is first needed."""
    global _ambient
    trace = current_trace.get()
    if trace is not None or client() is None:
        return trace
    with _lock:
        if _ambient is None:
            from .tracing import Trace

            _ambient = Trace(name=sys.argv[0].rpartition("/")[2] or "python")
            _ambient.begin()
        return _ambient


def quietly(function: F) -> F:
    """The function, but whatever fails inside is logged and counted, and the agent goes on."""

    @functools.wraps(function)
    def quiet(*args: Any, **said: Any) -> Any:
        try:
            return function(*args, **said)
        except Exception:
            log.warning("wakeline: %s failed", function.__name__, exc_info=True)
            if _client is not None:
                _client.errors += 1
            return None

    return quiet  # type: ignore[return-value]


def carry(function: F) -> F:
    """Bind a function to the running trace and span, for another thread: `pool.submit(carry(work), item)`.

    Tasks of asyncio take both along by themselves.
    """
    trace, span = current_trace.get(), current_span.get()

    @functools.wraps(function)
    def carried(*args: Any, **said: Any) -> Any:
        # Not copy_context().run: one context cannot be entered by two threads at once.
        trace_token, span_token = current_trace.set(trace), current_span.set(span)
        try:
            return function(*args, **said)
        finally:
            current_span.reset(span_token)
            current_trace.reset(trace_token)

    return carried  # type: ignore[return-value]
