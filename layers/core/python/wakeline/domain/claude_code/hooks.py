"""Claude Code's hooks as ledger events: one payload of any hook, as Claude Code sends it, becomes one to three events.

What a hook says beyond its event's own fields is not lost: `metadata.hook` holds it whole. A hook that is not known, or
that lacks what its event needs, is `custom.claude_code.<hook>`.
"""

import json
from hashlib import sha256
from typing import Any

from ..canonical import canonical
from ..errors import Invalid, Malformed
from .hook_events import MAPPINGS, Hook, agent_span, custom
from .jsonl import parse
from .shape import identifier, label, present, text
from .told_twice import key_of_call

MAX_WHOLE = 64 * 1024
"""A longer hook is not kept twice: what its event's payload holds as it came is left out of `metadata.hook`."""


def read_hook(body: bytes) -> Hook:
    """A hook's payload, read as tolerantly as a transcript's line. Raises `Malformed` and `Invalid`."""
    parsed = parse(body.strip())
    if parsed.error is not None:
        raise Malformed(f"body is {parsed.error}" if parsed.value is None else "body has text after the JSON object")
    if not isinstance(parsed.value, dict):
        raise Invalid("body: must be a JSON object, a hook's payload", field="body")
    for name in ("session_id", "hook_event_name"):
        if text(parsed.value.get(name)) is None:
            raise Invalid(f"{name}: must be a string that is not empty", field=name)
    return parsed.value


def session_of(hook: Hook) -> str:
    """The trace that a hook belongs to: its session id, or a hash of one that cannot be an id of ours."""
    return identifier(str(hook["session_id"]))


def identity(hook: Hook) -> tuple[str, bool]:
    """What tells a hook from another, and whether that lasts.

    A tool's hooks are known by its call, a prompt by its id. Any other may come again and mean it (two equal
    notifications are two): such a hook is the same one only when it comes again at once.
    """
    name = str(hook["hook_event_name"])
    call, prompt = text(hook.get("tool_use_id")), text(hook.get("prompt_id"))
    if name in ("PreToolUse", "PostToolUse", "PostToolUseFailure", "PermissionDenied") and call:
        return key_of_call(name, call, hook.get("tool_name"), hook.get("tool_input")), True
    lasting = name == "UserPromptSubmit" and prompt is not None
    return f"hook:{sha256(canonical(hook, 'body')).hexdigest()[:40]}", lasting


def map_hook(hook: Hook) -> list[dict[str, Any]]:
    """The events of a hook, in order, without time (it is now) and without key. Pure; never raises.

    Each has metadata {source: "hook", hook_event_name, agent_id?, agent_type?, sidechain?, prompt_id?}; the one that
    stands for the hook also `hook`, and `hook_fields_in_payload` when the hook is too long to be kept twice.
    """
    name = str(hook["hook_event_name"])
    made = MAPPINGS.get(name, custom)(hook) or custom(hook)
    agent = text(hook.get("agent_id"))
    origin = {
        "source": "hook",
        "hook_event_name": name[:256],
        **present(
            agent_id=label(hook.get("agent_id")),
            agent_type=label(hook.get("agent_type")),
            prompt_id=label(hook.get("prompt_id")),
            sidechain=True if agent and name not in ("SubagentStart", "SubagentStop") else None,
        ),
    }
    within = agent_span(agent) if agent and "sidechain" in origin else None
    main = made[-1] if name == "Stop" else made[0]
    return [
        {
            "type": each.kind,
            "payload": each.payload,
            "metadata": {**origin, **(_kept(hook, each.held) if each is main else {})},
            **present(span_id=each.span_id, parent_id=within, actor=each.actor),
        }
        for each in made
    ]


def facts_of(hook: Hook) -> dict[str, Any]:
    """What a session's first hook tells of it, as facts of a new trace."""
    path = text(hook.get("transcript_path"))
    return {
        "tool": "claude-code",
        "source": "hook",
        "metadata": {"session_id": str(hook["session_id"])[:1024], **present(transcript_path=path and path[:1024])},
        **present(cwd=(text(hook.get("cwd")) or "")[:1024] or None, model=label(hook.get("model"))),
    }


def _kept(hook: Hook, held: dict[str, str]) -> dict[str, Any]:
    if not held or len(json.dumps(hook, ensure_ascii=False)) <= MAX_WHOLE:
        return {"hook": hook}
    rest = {name: value for name, value in hook.items() if name not in held}
    return {"hook": rest, "hook_fields_in_payload": held}
