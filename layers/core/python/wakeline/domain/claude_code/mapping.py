"""From lines to events.

The events of a line depend on that line and the lines before it, never on later ones. So the events of a shorter copy
of a file are the first events of every longer copy, and pushing a longer copy appends exactly what is new.
"""

import re
from dataclasses import dataclass
from typing import Any

from .about import title_of
from .assistant_lines import map_assistant
from .reported import Reported
from .responses import Responses
from .shape import amount, count, items, present, text, timestamp
from .system_lines import map_system
from .transcript import Line, Transcript
from .usage import Price
from .user_lines import map_user
from .walk import SYSTEM, Emitter, Walk


@dataclass(frozen=True, slots=True)
class Mapped:
    """The events of one line, ready for the ledger: none for blank, bad and repeated lines."""

    line_number: int
    events: list[dict[str, Any]]


def map_lines(transcript: Transcript, price: Price, default_time: str) -> list[Mapped]:
    """The events of every line, one `Mapped` per line of the transcript, in order.

    Pure, and deterministic for a pure `price`. `default_time` (RFC 3339) dates lines before the first that has a
    timestamp; later lines without one bear the time of the line before. Events have type, timestamp, idempotency_key
    (`<uuid>/<n>`, or `L<line>:<hash>/<n>`), payload and metadata {line, uuid?, parent_uuid?, sidechain?, agent_id?,
    parent_tool_use_id?}, and where they apply span_id, parent_id and actor.
    """
    walk = Walk(Responses(price), Reported(price), time=default_time)
    return [Mapped(line.number, _events(line, walk)) for line in transcript.lines]


def _events(line: Line, walk: Walk) -> list[dict[str, Any]]:
    value = line.value
    if value is None:
        return []
    uuid = line.uuid
    if uuid is not None:
        # A resumed session repeats the lines it goes on from.
        if uuid in walk.seen:
            return []
        walk.seen.add(uuid)
    walk.time = timestamp(value.get("timestamp")) or walk.time
    out = Emitter(line, value, walk)
    kind = value["type"]
    if kind == "assistant":
        map_assistant(line, value, walk, out)
    elif kind == "user":
        map_user(value, walk, out)
    elif kind == "system":
        map_system(value, walk, out)
    elif kind == "result":
        _session_end(value, walk, out)
    elif (title := title_of(value)) is not None:
        out.emit("custom.claude_code.summary", {"title": title, "line": value}, actor=SYSTEM)
    else:
        name = re.sub(r"[^a-z0-9_]", "_", kind.lower())[:64]
        out.emit(f"custom.claude_code.{name}", {"line": value}, actor=SYSTEM)
    return out.events


def _session_end(value: dict[str, Any], walk: Walk, out: Emitter) -> None:
    """The `result` line of stream-json, after the tokens that only it knows."""
    for payload in walk.reported.missing(value, walk.model, walk.time):
        out.emit("llm_call", payload)
    reason = text(value.get("subtype")) or "success"
    failed = value.get("is_error") is True or reason != "success"
    said = text(value.get("result"))
    errors = "; ".join(error for error in items(value.get("errors")) if isinstance(error, str))
    out.emit(
        "session_end",
        {
            "status": "failed" if failed else "completed",
            "reason": reason,
            **present(
                error=(errors or said or reason) if failed else None,
                result=said,
                stop_reason=text(value.get("stop_reason")),
                duration_ms=amount(value.get("duration_ms")),
                duration_api_ms=amount(value.get("duration_api_ms")),
                num_turns=count(value.get("num_turns")),
                reported_cost_usd=amount(value.get("total_cost_usd")),
                permission_denials=items(value.get("permission_denials")) or None,
            ),
        },
        actor=SYSTEM,
    )
