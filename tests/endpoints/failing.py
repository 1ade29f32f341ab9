"""Short runs that fail, as a client sends them; what is named in them differs by a number."""

from typing import Any


def _run(n: int, error: str | None, *more: dict[str, Any]) -> list[dict[str, Any]]:
    outcome: dict[str, Any] = {"result": "ok"} if error is None else {"error": error}
    return [
        {"type": "user_message", "payload": {"content": f"Deploy build {n}"}},
        {"type": "tool_call", "span_id": "s1", "payload": {"tool_name": "deploy", "arguments": {"build": n}}},
        {"type": "tool_result", "span_id": "s1", "payload": outcome},
        *more,
    ]


def denied(n: int = 1) -> list[dict[str, Any]]:
    return _run(n, f"permission denied: '/srv/app{n}/config-{n}.yml' (request 7f{n:06x}ab, {n * 17} ms)")


def refused(n: int = 1) -> list[dict[str, Any]]:
    return _run(n, f"connection refused by https://db{n}.internal:54{n:02d}/main")


def fine(n: int = 1) -> list[dict[str, Any]]:
    return _run(n, None, {"type": "agent_message", "payload": {"content": f"The service runs in version {n}."}})
