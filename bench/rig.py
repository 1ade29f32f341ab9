"""The template's functions on the embedded engine, called as API Gateway calls them, without HTTP."""

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from local import seeds
from local.engine import Engine
from local.functions import Context, Functions
from local.routing import Routes

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"
REAL = ROOT.parent / "shared" / "data" / "claude-code"
"""Real transcripts, which are not part of the repository."""
NO_REAL = f"the real transcripts are not in {os.path.relpath(REAL, ROOT)}"


def transcripts() -> list[Path]:
    """The nine real Claude Code transcripts; empty where they are absent."""
    return [*sorted(REAL.glob("projects/episodic-*.jsonl")), *sorted(REAL.glob("projects/sniffly-*.jsonl"))]


def runs() -> list[Path]:
    """The real `stream-json` runs; empty where they are absent."""
    return sorted(REAL.glob("terminal-bench/*.stream.jsonl"))


CONTEXT = Context("bench", 1024, "arn:aws:lambda:eu-central-1:000000000000:function:bench", "bench", float("inf"))


class Refused(RuntimeError):
    """A function answered with an error."""


@dataclass(frozen=True)
class Rig:
    """A running engine with the local credentials in it."""

    engine: Engine
    functions: Functions
    routes: Routes

    def event(
        self, method: str, path: str, body: Any = None, query: str = "", key: str = seeds.PROJECT_KEY
    ) -> dict[str, Any]:
        """The proxy event of a request."""
        match = self.routes.match(path)
        if match is None:
            raise LookupError(f"no endpoint has the path {path}")
        sent = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return {
            "resource": match.resource,
            "path": path,
            "httpMethod": method,
            "headers": {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Host": "127.0.0.1"},
            "multiValueQueryStringParameters": parse_qs(query) or None,
            "pathParameters": match.parameters or None,
            "requestContext": {"requestId": "bench", "identity": {"sourceIp": "127.0.0.1"}},
            "body": base64.b64encode(sent).decode() or None,
            "isBase64Encoded": bool(sent),
        }

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        """Run the handler that the event is for. Raises Refused for an answer of 400 or more."""
        match = self.routes.match(event["path"])
        if match is None:
            raise LookupError(f"no endpoint has the path {event['path']}")
        answer: dict[str, Any] = self.functions.handler(match.functions[event["httpMethod"]])(event, CONTEXT)
        if answer["statusCode"] >= 400:
            raise Refused(f"{event['httpMethod']} {event['path']}: {answer['statusCode']} {answer['body'][:300]}")
        return answer

    def call(self, method: str, path: str, body: Any = None, query: str = "", key: str = seeds.PROJECT_KEY) -> Any:
        """Ask and read the answer's JSON, None where it has no body. Raises Refused."""
        answer = self.invoke(self.event(method, path, body, query, key))
        return json.loads(answer["body"]) if answer["body"] else None


@contextmanager
def rig() -> Iterator[Rig]:
    """Start the engine with the template's resources and the local credentials; quiet, until the block ends."""
    os.environ["POWERTOOLS_LOG_LEVEL"] = "ERROR"
    os.environ["POWERTOOLS_METRICS_DISABLED"] = "true"
    with Engine.start(TEMPLATE, parameters=seeds.parameters("unlimited")) as engine:
        seeds.write_credentials(engine, "unlimited")
        yield Rig(engine, Functions(engine.template), Routes(engine.template))
