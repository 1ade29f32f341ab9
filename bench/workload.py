"""Made-up events that look like an agent's, and the events of the real transcripts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.rig import transcripts

_START = datetime(2026, 11, 20, 9, tzinfo=UTC)
_WORDS = (
    "The failing test compares the rounded total with the one before tax, so the fix belongs into the rounding and not "
    "into the test. I will read the function first, then change it, run the suite again and look at the two callers. "
)


def made_up(first: int, count: int) -> list[dict[str, Any]]:
    """`count` events from `first` on, in turn prompt, model call, answer, tool call and result, some 500 bytes each."""
    return [_event(number) for number in range(first, first + count)]


def _event(number: int) -> dict[str, Any]:
    kind = ("user_message", "llm_call", "agent_message", "tool_call", "tool_result")[number % 5]
    said = _WORDS[number % 40 :] + f"Step {number}."
    call = f"call_{number // 5:08d}"
    payloads: dict[str, dict[str, Any]] = {
        "user_message": {"content": said},
        "llm_call": {
            "model": "claude-sonnet-4-5-20250929",
            "input_tokens": 10 + number % 90,
            "output_tokens": 200 + number % 700,
            "cache_read_tokens": 30_000 + number,
            "cache_write_tokens": number % 4000,
            "cost_usd": 0.0123 + number % 7 / 1000,
            "latency_ms": 2100.5,
            "stop_reason": "tool_use",
        },
        "agent_message": {"content": said, "model": "claude-sonnet-4-5-20250929"},
        "tool_call": {
            "tool_name": ("Read", "Edit", "Bash")[number % 3],
            "arguments": {"file_path": f"/src/app/module_{number % 50}.py", "offset": number, "why": said[:80]},
            "call_id": call,
        },
        "tool_result": {"call_id": call, "result": said * 2, "duration_ms": 120 + number % 900},
    }
    moment = (_START + timedelta(seconds=number)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    event: dict[str, Any] = {
        "type": kind,
        "timestamp": moment,
        "idempotency_key": f"made-{number:08d}",
        "payload": payloads[kind],
    }
    return event | ({"span_id": call} if kind.startswith("tool") else {})


def real() -> list[dict[str, Any]]:
    """The events of the real transcripts as a client would send them one by one; empty where they are absent."""
    return [event for events in _mapped() for event in events]


def _mapped() -> Iterator[list[dict[str, Any]]]:
    from wakeline import wiring
    from wakeline.domain.claude_code import map_lines, read

    for at, path in enumerate(transcripts()):
        lines = map_lines(read(path.read_bytes()), wiring.price(), "2026-11-20T09:00:00.000Z")
        yield [event | {"idempotency_key": f"{at}:{event['idempotency_key']}"} for one in lines for event in one.events]
