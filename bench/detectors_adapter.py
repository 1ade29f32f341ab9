"""Records of `failures/` ({id, family, task_key, steps, outcome, label}) as events.

Only `steps` comes in here: a label or an outcome cannot reach a detector by way of this file.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_EXIT = re.compile(r"\s*exit ?code: *(-?\d+)", re.IGNORECASE)
_ROLE = re.compile(r"(?P<name>.*?)\s*\((?P<role>[^()]*)\)\s*\Z", re.DOTALL)
_USERS = frozenset({"user", "human"})


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as the detectors need it; `seq` is the number of its step times 100."""

    seq: int
    type: str
    timestamp: str
    actor: dict[str, Any]
    span_id: str | None
    payload: dict[str, Any]


PER_STEP = 100


def events_of(steps: Iterable[dict[str, Any]]) -> list[Recorded]:
    """The events of a record's steps, in order. A step's events have seq idx·100, idx·100 + 1, …; times are made up."""
    out: list[Recorded] = []
    waiting: list[str] = []
    for step in steps:
        at, actor, text = int(step["idx"]), str(step["actor"]), str(step.get("text") or "")
        calls = _pairs(step.get("tool"))
        made: list[tuple[str, dict[str, Any], str, str | None]] = []
        match = _ROLE.match(actor)
        name, role = (match["name"], match["role"]) if match else (actor, "")
        ran = _EXIT.match(text)
        if actor in _USERS:
            made.append(("user_message", {"content": text}, "user", None))
        elif actor == "system":
            made.append(("user_message", {"content": text, "is_meta": True}, "system", None))
        elif actor == "tool" or ran:
            error = step.get("err") or (ran and ran[1] != "0")
            span = waiting.pop(0) if waiting and not ran else None
            made.append(("tool_result", {"result": text, **({"error": text[:2000]} if error else {})}, "tool", span))
        elif role.startswith("->"):
            made.append(("agent_message", {"content": text, "to": role[2:].strip()}, "agent", None))
        elif role == "thought":
            made.append(("reasoning", {"content": text}, "agent", None))
        elif role.startswith("termination"):
            made.append(("session_end", {"reason": text}, "agent", None))
        else:
            if text or not calls:
                made.append(("agent_message", {"content": text}, "agent", None))
            for number, (tool, arguments) in enumerate(calls):
                span = f"{at}-{number}"
                waiting.append(span)
                made.append(("tool_call", {"tool_name": tool, "arguments": _read(arguments)}, "agent", span))
        for number, (kind, payload, by, span) in enumerate(made):
            out.append(
                Recorded(
                    at * PER_STEP + number, kind, "2026-01-01T00:00:00.000Z", {"name": name, "type": by}, span, payload
                )
            )
    return out


def _pairs(tool: Any) -> list[tuple[str, Any]]:
    """(name, arguments) of every call: `tool` lists [name, arguments], or names a tool."""
    if isinstance(tool, str) and tool:
        return [(tool, {})]
    listed = tool if isinstance(tool, list) else []
    return [(str(one[0]), one[1]) for one in listed if isinstance(one, list | tuple) and len(one) == 2]


def _read(arguments: Any) -> Any:
    if isinstance(arguments, str):
        try:
            return json.loads(arguments)
        except ValueError:
            return arguments
    return arguments
