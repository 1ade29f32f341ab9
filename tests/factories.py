"""Factory functions: what a test means to say, with the rest filled in."""

from typing import Any

from wakeline.domain.events import NewEvent
from wakeline.domain.trace import Trace, new_trace

WORKSPACE = "ws_1"
PROJECT = "proj_1"
NOON = "2026-03-21T12:00:00.000Z"


def make_trace(trace_id: str = "trc_1", workspace_id: str = WORKSPACE, **facts: Any) -> Trace:
    """A sealed trace without events."""
    said = {
        "project_id": PROJECT,
        "created_at": NOON,
        "created_by": "key_1",
        "started_at": NOON,
        **facts,
    }
    return new_trace(workspace_id, trace_id, **said)


def message(text: str = "hello", **fields: Any) -> dict[str, Any]:
    """A user_message as a caller sends it."""
    return {"type": "user_message", "payload": {"content": text}, **fields}


def tool_call(name: str = "Bash", **fields: Any) -> dict[str, Any]:
    """A tool_call as a caller sends it."""
    return {"type": "tool_call", "payload": {"tool_name": name, "arguments": {}, "call_id": "call_1"}, **fields}


def llm_call(**payload: Any) -> dict[str, Any]:
    """An llm_call of 10 input and 5 output tokens for one cent, unless told otherwise."""
    said = {"model": "claude-opus-4-5", "input_tokens": 10, "output_tokens": 5, "cost_usd": 0.01, **payload}
    return {"type": "llm_call", "payload": said}


def batch(*raw: dict[str, Any]) -> list[tuple[int, NewEvent]]:
    """Checked events with their places in the batch, as `services.ledger.append` takes them."""
    return [(place, NewEvent.read(each)) for place, each in enumerate(raw)]


def messages(count: int, prefix: str = "m", **fields: Any) -> list[tuple[int, NewEvent]]:
    """`count` keyed messages without seq: keys `<prefix>0`, `<prefix>1`, …"""
    return batch(*(message(f"{prefix} {n}", idempotency_key=f"{prefix}{n}", **fields) for n in range(count)))
