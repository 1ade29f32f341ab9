"""Transcript lines written for the tests, and what is asked of every mapping."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from wakeline.domain.canonical import canonical
from wakeline.domain.claude_code import Mapped, Usage, map_lines, read
from wakeline.domain.events import NewEvent

DEFAULT_TIME = "2026-05-01T00:00:00.000Z"
AT = "2026-05-04T10:00:00.000Z"
REAL = Path(__file__).parents[5] / "shared" / "data" / "claude-code"


def a_price(model: str, usage: Usage, at: str) -> Decimal | None:
    """A tariff with round numbers: input 1, output 10, cache read 0.1, cache write 2 dollars per million tokens."""
    if model.startswith("unpriced"):
        return None
    tokens = (
        usage.input_tokens
        + 10 * usage.output_tokens
        + Decimal("0.1") * usage.cache_read_tokens
        + 2 * usage.cache_write_tokens
    )
    return Decimal(tokens) / 1_000_000


def line(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "timestamp": AT, "sessionId": "s-1", "isSidechain": False, **fields}


def user(content: Any, uuid: str | None = None, **fields: Any) -> dict[str, Any]:
    return line("user", message={"role": "user", "content": content}, **_named(uuid), **fields)


def result_of(
    tool_id: str, content: Any = "ok", outcome: Any = None, *, is_error: bool = False, **fields: Any
) -> dict[str, Any]:
    block = {"type": "tool_result", "tool_use_id": tool_id, "content": content}
    if is_error:
        block["is_error"] = True
    extra = {} if outcome is None else {"toolUseResult": outcome}
    return user([block], **extra, **fields)


def assistant(*blocks: Any, uuid: str | None = None, usage: Any = None, **fields: Any) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": list(blocks), "model": fields.pop("model", "model-a")}
    message_id = fields.pop("message_id", None)
    if message_id is not None:
        message["id"] = message_id
    if usage is not None:
        message["usage"] = usage
    return line("assistant", message=message, **_named(uuid), **fields)


def call(tool_id: str, name: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": tool_id, "name": name, "input": arguments}


def tokens(fresh: int = 0, out: int = 0, read: int = 0, written: int = 0) -> dict[str, Any]:
    return {
        "input_tokens": fresh,
        "output_tokens": out,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": written,
    }


def as_bytes(*lines: Any) -> bytes:
    """JSON Lines; bytes and strings go in as they are."""
    return b"".join(_raw(one) + b"\n" for one in lines)


def mapped(data: bytes) -> list[Mapped]:
    """The mapping of `data`, each event checked as the ledger would."""
    transcript = read(data)
    result = map_lines(transcript, a_price, DEFAULT_TIME)
    assert [one.line_number for one in result] == [one.number for one in transcript.lines]
    keys: set[str] = set()
    for one in result:
        for event in one.events:
            NewEvent.read(event)
            canonical(event)
            assert event["metadata"]["line"] == one.line_number
            assert event["idempotency_key"] not in keys
            keys.add(event["idempotency_key"])
    return result


def events_of(*lines: Any) -> list[dict[str, Any]]:
    return [event for one in mapped(as_bytes(*lines)) for event in one.events]


def only(events: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """The one event of a type."""
    (found,) = [event for event in events if event["type"] == kind]
    return found


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


def totals(events: list[dict[str, Any]]) -> Counter[str]:
    """Tokens summed over llm_calls, and how many responses they are of."""
    sums: Counter[str] = Counter()
    for event in events:
        if event["type"] == "llm_call":
            payload = event["payload"]
            sums["responses"] += not payload.get("revision")
            for name in ("input_tokens", "output_tokens", "cache_write_tokens", "cache_read_tokens"):
                sums[name] += payload[name]
    return sums


def _raw(one: Any) -> bytes:
    if isinstance(one, bytes):
        return one
    return one.encode(errors="surrogatepass") if isinstance(one, str) else json.dumps(one).encode()


def _named(uuid: str | None) -> dict[str, Any]:
    return {} if uuid is None else {"uuid": uuid}
