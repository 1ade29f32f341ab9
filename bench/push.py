"""Pushing the real transcripts, gzipped as `wakeline push` does it: whole, again unchanged, in growing prefixes."""

import gzip
import json
import time
from typing import Any

from bench.machine import skipped, table
from bench.rig import NO_REAL, Rig, rig, runs, transcripts
from local.engine import record_calls


def main() -> None:
    """Print how fast the real transcripts go in; without them there is nothing to say."""
    sets = {"sessions (projects)": transcripts(), "runs (terminal-bench)": runs()}
    if not all(sets.values()):
        skipped("Push", NO_REAL)
        return
    with rig() as running:
        rows: list[tuple[object, ...]] = []
        for name, paths in sets.items():
            texts = {path.stem: path.read_text(encoding="utf-8", errors="surrogateescape") for path in paths}
            rows += [(f"{name}, {how}", *figures) for how, figures in _measure(running, texts).items()]
    table("Push", ("what", "files", "MB", "s", "MB/s", "ms/file", "calls/file", "WCU/MB"), rows)


def _measure(running: Rig, texts: dict[str, str]) -> dict[str, tuple[object, ...]]:
    thirds = {name: text.split("\n") for name, text in texts.items()}
    prefixes = {
        f"{name}.grown": ["\n".join(lines[: len(lines) * part // 3]) for part in (1, 2, 3)]
        for name, lines in thirds.items()
    }
    return {
        "first push": _push(running, list(texts.items())),
        "again, unchanged": _push(running, list(texts.items())),
        "first third": _push(running, [(name, parts[0]) for name, parts in prefixes.items()]),
        "grown to two thirds": _push(running, [(name, parts[1]) for name, parts in prefixes.items()]),
        "grown to all": _push(running, [(name, parts[2]) for name, parts in prefixes.items()]),
    }


def _push(running: Rig, sessions: list[tuple[str, str]]) -> tuple[object, ...]:
    requests = [_request(running, name, text) for name, text in sessions]
    megabytes = sum(len(text.encode(errors="surrogateescape")) for _, text in sessions) / 1e6
    with record_calls() as calls:
        began = time.perf_counter()
        for request in requests:
            running.invoke(request)
        seconds = time.perf_counter() - began
    files = len(sessions)
    return (
        files,
        megabytes,
        seconds,
        megabytes / seconds,
        seconds / files * 1000,
        len(calls.dynamodb) / files,
        calls.wcu / megabytes,
    )


def _request(running: Rig, name: str, text: str) -> dict[str, Any]:
    body = json.dumps({"sessions": [{"id": name, "data": text}]}).encode(errors="surrogateescape")
    event = running.event("POST", "/api/v1/traces", gzip.compress(body, 6))
    event["headers"]["Content-Encoding"] = "gzip"
    return event
