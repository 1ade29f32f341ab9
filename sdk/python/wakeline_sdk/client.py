"""The recorder of one process: what the functions of this package write to."""

from __future__ import annotations

import atexit
import itertools
import logging
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from .config import Config
from .encode import encode
from .outbox import ARTIFACT, EVENT, TRACE, Item, Outbox
from .sender import Sender
from .transport import Transport

log = logging.getLogger("wakeline_sdk")


class Client:
    """Takes events and gives them to a sender of its own. Safe for threads; a forked child gets a fresh one."""

    def __init__(self, config: Config, connect: Callable[[], Transport] | None = None) -> None:
        self.config = config
        self.connect = connect or (lambda: Transport(config))
        self._begin()

    def _begin(self) -> None:
        self._nonce = os.urandom(6).hex()
        self._count = itertools.count(1)
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._outbox = Outbox(self.config.memory_bytes)
        self._sender = Sender(self.config, self._outbox, self.connect())
        self._started = False
        self.errors = 0

    def key(self) -> str:
        """The next idempotency key."""
        return f"{self._nonce}:{next(self._count)}"

    def trace(self, trace_id: str, facts: dict[str, Any]) -> None:
        """Have a trace created."""
        self._put(TRACE, trace_id, encode({"id": trace_id, **facts}))

    def event(self, trace_id: str, event: dict[str, Any]) -> None:
        """Record an event, after the redaction hook."""
        if self.config.redact is not None:
            event = _redacted(self.config.redact, event)
        event.setdefault("idempotency_key", self.key())
        self._put(EVENT, trace_id, encode(event))

    def artifact(self, trace_id: str, job: dict[str, Any]) -> None:
        """Have a file uploaded, and its event recorded after that."""
        job["event"].setdefault("idempotency_key", self.key())
        self._put(ARTIFACT, trace_id, encode(job))

    def flush(self, timeout: float) -> bool:
        """Send all that was recorded so far. False when that took longer than `timeout` seconds."""
        return not self._started or self._sender.flush(timeout)

    def close(self) -> None:
        """Send, or keep for later, and end."""
        if self._started and self._pid == os.getpid():
            self._sender.close(self.config.exit_timeout)
            self._started = False

    def stats(self) -> dict[str, int]:
        """Events by what became of them: sent, rejected, spooled, dropped, waiting; and retries, errors."""
        counts = self._sender.counts
        return {
            **{name: counts[name] for name in ("sent", "rejected", "spooled", "lost", "retries")},
            "dropped": self._outbox.dropped_in_all,
            "waiting": len(self._outbox),
            "errors": self.errors,
        }

    def _put(self, kind: bytes, trace_id: str, data: bytes) -> None:
        if self._pid != os.getpid():
            # A fork: the thread did not come along, and what waits is the parent's to send.
            self._begin()
        if not self._started:
            with self._lock:
                if not self._started:
                    self._sender.start()
                    self._started = True
        self._outbox.put(Item(kind, trace_id, data))


def _redacted(redact: Any, event: dict[str, Any]) -> dict[str, Any]:
    """What the hook leaves. A hook that fails has not said what is safe, so nothing of the content is recorded."""
    try:
        left = redact(event)
    except Exception:
        log.exception("wakeline: the redaction hook failed; the event's content is not recorded")
        left = None
    bare: dict[str, Any] = {
        name: event[name] for name in ("type", "timestamp", "span_id", "parent_id") if name in event
    }
    if isinstance(left, dict):
        return left
    kept = {name: value for name, value in event["payload"].items() if name in ("phase", "status", "model", "passed")}
    bare["payload"] = {**_minimal(event["type"]), **kept, "redacted": True}
    return bare


def _minimal(event_type: str) -> dict[str, Any]:
    """What a payload of this type must say at the least."""
    asked: dict[str, dict[str, Any]] = {
        "user_message": {"content": ""},
        "agent_message": {"content": ""},
        "llm_call": {"model": "unknown"},
        "tool_call": {"tool_name": "redacted"},
        "browser_action": {"action": "redacted"},
        "file_change": {"path": "redacted"},
        "commit": {"sha": "redacted"},
        "goal_check": {"passed": False},
        "score": {"name": "redacted", "value": False},
        "metric": {"name": "redacted", "value": 0},
        "error": {"message": "redacted"},
    }
    return asked.get(event_type, {})


def install_exits(client: Client) -> None:
    """Flush when the interpreter ends, and on SIGTERM, which would end it without."""
    atexit.register(client.close)
    if threading.current_thread() is not threading.main_thread():
        return
    before = signal.getsignal(signal.SIGTERM)

    def end(number: int, frame: Any) -> None:
        client.close()
        if callable(before):
            before(number, frame)
            return
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    if before is not signal.SIG_IGN and before is not None:
        signal.signal(signal.SIGTERM, end)
