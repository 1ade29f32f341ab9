"""Short runs, written by hand for one detector each."""

from dataclasses import dataclass, field
from typing import Any

from wakeline.domain.detectors import DETECTORS, Detection, prepare


@dataclass(frozen=True, slots=True)
class Written:
    """An event, as light as the detectors allow."""

    seq: int
    type: str
    payload: dict[str, Any] | None = field(default_factory=dict)
    actor: dict[str, Any] | None = None
    span_id: str | None = None
    timestamp: str = "2026-03-21T10:00:00.000Z"


def user(content):
    return {"type": "user_message", "actor": {"type": "user", "name": "user"}, "payload": {"content": content}}


def rules(content):
    event = user(content)
    return {**event, "payload": {"content": content, "is_meta": True}}


def say(content, agent="agent", to=None):
    payload = {"content": content, **({"to": to} if to else {})}
    return {"type": "agent_message", "actor": {"type": "agent", "name": agent}, "payload": payload}


def call(tool, arguments, result="ok", error=None, agent="agent"):
    """A call with its result: two events; without a result (None), one."""
    actor = {"type": "agent", "name": agent}
    start = {"type": "tool_call", "actor": actor, "payload": {"tool_name": tool, "arguments": arguments}}
    if result is None:
        return [start]
    said = {"result": result, **({"error": error} if error else {})}
    return [start, {"type": "tool_result", "actor": {"type": "tool", "name": "tool"}, "payload": said}]


def bash(command, result="ok", error=None):
    return call("Bash", {"command": command}, result, error)


def output(text, failed=False):
    """A terminal's answer to a message; no call was recorded for it."""
    payload = {"result": text, **({"error": text} if failed else {})}
    return {"type": "tool_result", "actor": {"type": "tool", "name": "terminal"}, "payload": payload}


def event(type_, **payload):
    return {"type": type_, "actor": {"type": "agent", "name": "agent"}, "payload": payload}


def run_of(*parts):
    """The events in order, seq 10, 20, …; a call and the result after it share a span."""
    flat = [one for part in parts for one in (part if isinstance(part, list) else [part])]
    out, span = [], None
    for place, one in enumerate(flat):
        if one["type"] == "tool_call":
            span = f"span-{place}"
        own = span if one["type"] in ("tool_call", "tool_result") else None
        out.append(Written(seq=(place + 1) * 10, **{"span_id": own, **one}))
        if one["type"] == "tool_result":
            span = None
    return out


def detect(label, *parts) -> Detection | None:
    return DETECTORS[label](prepare(run_of(*parts)))
