"""A session that hooks recorded as it ran and whose transcript is pushed afterwards: which events are told twice.

The ledger keeps what it has, so it is the transcript's event that is left out. Model calls, reasoning and whatever else
hooks do not tell go in. Tokens are never told twice: no hook carries any.
"""

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from ..canonical import canonical

Signature = tuple[str, ...]


def signature(kind: str, payload: dict[str, Any]) -> Signature | None:
    """What an event has in common with its twin in the other source; None where there are no twins."""
    match kind:
        case "tool_call" | "tool_result" | "file_change" if isinstance(payload.get("call_id"), str):
            return kind, payload["call_id"]
        case "user_message" | "agent_message":
            return kind, str(payload.get("content")).strip()
        case "subagent_start" | "subagent_stop":
            return kind, str(payload.get("agent_type") or "general-purpose")
        case "compaction" if payload.get("phase") != "end":
            return kind, str(payload.get("trigger"))
        case "error":
            return kind, str(payload.get("message")).strip()
    return None


def told_by_hooks(
    by_hooks: Iterable[tuple[str, dict[str, Any]]],
    stored: frozenset[str],
    told: Iterable[tuple[str, str, dict[str, Any]]],
) -> frozenset[str]:
    """The keys of a transcript's events that hooks have told already.

    `by_hooks` are the (type, payload) of the events that hooks recorded, `told` the (key, type, payload) of the
    transcript's. Each of the former stands for one of the latter, the first of its kind that is not `stored` (by its
    key) anyway: a prompt that was given twice and recorded once goes in once.
    """
    waiting = Counter(found for kind, payload in by_hooks if (found := signature(kind, payload)) is not None)
    twins: set[str] = set()
    for key, kind, payload in told:
        found = signature(kind, payload)
        if found is not None and key not in stored and waiting[found] > 0:
            waiting[found] -= 1
            twins.add(key)
    return frozenset(twins)


def key_of_call(name: str, call: Any, tool: Any, arguments: Any) -> str:
    """The key of a hook about a tool's call. Some gateways number calls from 0 in every response, so their id alone
    would not do.
    """
    return f"hook:{sha256(canonical([name, call, tool, arguments], 'body')).hexdigest()[:40]}"


def key_of_message(content: str) -> str:
    """Stands for a message that a transcript told."""
    return f"said:{sha256(content.strip().encode()).hexdigest()[:40]}"


def keys_of_hooks(events: Iterable[tuple[str, dict[str, Any]]]) -> list[str]:
    """The keys by which hooks that come late find their event told: those of calls and of an agent's messages.

    Claude Code writes these to the transcript before it runs the hook; all others it writes afterwards.
    """
    keys = []
    for kind, payload in events:
        if kind == "tool_call":
            said = payload.get("call_id"), payload.get("tool_name"), payload.get("arguments")
            keys.append(key_of_call("PreToolUse", *said))
        elif kind == "agent_message":
            keys.append(key_of_message(str(payload.get("content"))))
    return keys
