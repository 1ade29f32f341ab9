"""In CI: push an agent's transcripts, then ask whether the policy lets the work through.

    python -m wakeline_sdk.ci PATH… [--repo OWNER/NAME] [--check | --no-check]

Exit status: 0 passed, 1 a session rule blocks, 2 it could not be done.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .config import Config, from_environment
from .encode import encode
from .transport import Refused, Transport, Unavailable

ATTEMPTS = 5


def main(arguments: list[str] | None = None, transport: Transport | None = None) -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m wakeline_sdk.ci", description=__doc__)
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="transcripts (JSON Lines), or folders of them"
    )
    parser.add_argument("--repo", default="", help="repository that the sessions belong to")
    parser.add_argument("--check", action=argparse.BooleanOptionalAction, default=True, help="check the session rules")
    given = parser.parse_args(arguments)
    config: Config = from_environment(spool_dir=None, timeout=60.0)
    if not config.enabled and transport is None:
        print("set WAKELINE_URL and WAKELINE_API_KEY", file=sys.stderr)
        return 2
    transport = transport or Transport(config)
    try:
        pushed = [_push(transport, path, given.repo) for path in _transcripts(given.paths)]
        print(f"{len(pushed)} sessions pushed")
        return _check(transport, pushed) if given.check and pushed else 0
    except (Unavailable, Refused, OSError) as error:
        print(f"wakeline: {error}", file=sys.stderr)
        return 2
    finally:
        transport.close()


def _transcripts(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]


def _push(transport: Transport, path: Path, repo: str) -> str:
    data = base64.b64encode(gzip.compress(path.read_bytes())).decode()
    said = _asked(transport, "/api/v1/traces", {"repo": repo, "sessions": [{"id": path.stem, "data": data}]})
    for error in said.get("errors") or []:
        print(f"{path}: {error.get('reason')}", file=sys.stderr)
    return path.stem


def _check(transport: Transport, sessions: list[str]) -> int:
    said = _asked(transport, "/api/v1/policy/check", {"sessions": [{"session_id": session} for session in sessions]})
    for rule in said["results"]:
        print(f"{rule['result']:>4}  {rule['rule_name']} ({rule['severity']}, {rule['action']}): {rule['details']}")
    print("blocked" if said["blocked"] else "passed")
    return 1 if said["blocked"] else 0


def _asked(transport: Transport, path: str, body: dict[str, Any]) -> Any:
    for attempt in range(ATTEMPTS):
        try:
            return transport.post(path, encode(body))
        except Unavailable as error:
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(error.retry_after if error.retry_after is not None else 2**attempt)
    return None


if __name__ == "__main__":
    sys.exit(main())
