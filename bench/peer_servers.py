"""The servers that are put side by side: how each is started, and how it is asked for the same three things."""

import http.client
import json
import os
import socket
import sys
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from bench.rig import ROOT
from bench.spans import SPANS_A_TRACE
from local.seeds import ADMIN_KEY

BIN = ROOT / ".venv-peers" / "bin"


class Peer(ABC):
    """One server: how it is started, and how it is asked for the same three things."""

    name: ClassVar[str]
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, port: int, folder: Path) -> None:
        self.port, self.folder = port, folder

    @abstractmethod
    def command(self) -> tuple[list[str], dict[str, str]]:
        """What runs it, and its environment."""

    @abstractmethod
    def count(self) -> int:
        """Traces that can be listed by now."""

    @abstractmethod
    def list_twenty(self) -> int:
        """Ask for the newest twenty traces; how many came."""

    @abstractmethod
    def spans_of(self, trace_id: str) -> int:
        """Ask for one trace whole; how many spans came, 0 for a trace that is not there yet."""

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON; None for a status of 400 or more."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {**self.headers, "Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return json.loads(content) if answer.status < 400 and content else None


class Wakeline(Peer):
    """The local stack."""

    name = "Wakeline, local stack"
    headers: ClassVar[dict[str, str]] = {"Authorization": f"Bearer {ADMIN_KEY}"}

    def command(self) -> tuple[list[str], dict[str, str]]:
        """`wakeline serve` that keeps its data."""
        run = "import sys; from local.cli import main; sys.exit(main())"
        serve = ["serve", "--no-sample", "--port", str(self.port), "--plan", "unlimited", "--data", str(self.folder)]
        return [sys.executable, "-c", run, *serve], {"POWERTOOLS_LOG_LEVEL": "ERROR", "PYTHONPATH": str(ROOT)}

    def count(self) -> int:
        """The list's total."""
        page = self.ask("GET", "/api/v1/traces?limit=1")
        return int(page["pagination"]["total"]) if page else 0

    def list_twenty(self) -> int:
        """A page."""
        return len(self.ask("GET", "/api/v1/traces?limit=20")["data"])

    def spans_of(self, trace_id: str) -> int:
        """A tree of spans."""
        trace = self.ask("GET", f"/api/v1/traces/{trace_id}")
        return _nested(trace["spans"]) if trace else 0


class Phoenix(Peer):
    """Arize Phoenix."""

    name = "Arize Phoenix"

    def command(self) -> tuple[list[str], dict[str, str]]:
        """`phoenix serve`, SQLite."""
        return [str(BIN / "phoenix"), "serve"], {
            "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_PORT": str(self.port),
            "PHOENIX_GRPC_PORT": str(free_port()),
            "PHOENIX_WORKING_DIR": str(self.folder),
            "PHOENIX_TELEMETRY_ENABLED": "false",
        }

    def count(self) -> int:
        """By GraphQL, as its own page does."""
        query = "{ projects { edges { node { name recordCount } } } }"
        answer = self.ask("POST", "/graphql", {"query": query})
        edges = answer["data"]["projects"]["edges"] if answer else []
        return sum(int(edge["node"]["recordCount"]) for edge in edges) // SPANS_A_TRACE

    def list_twenty(self) -> int:
        """A page."""
        return len(self.ask("GET", "/v1/projects/default/traces?limit=20")["data"])

    def spans_of(self, trace_id: str) -> int:
        """The spans with that trace's id."""
        found = self.ask("GET", f"/v1/projects/default/spans?limit=100&trace_id={trace_id}")
        return len(found["data"]) if found else 0


class MLflow(Peer):
    """MLflow's tracking server."""

    name = "MLflow"
    headers: ClassVar[dict[str, str]] = {"x-mlflow-experiment-id": "0"}

    def command(self) -> tuple[list[str], dict[str, str]]:
        """`mlflow server`, SQLite."""
        store = ["--backend-store-uri", f"sqlite:///{self.folder}/mlflow.db"]
        artifacts = ["--default-artifact-root", str(self.folder / "artifacts")]
        where = ["--host", "127.0.0.1", "--port", str(self.port)]
        return [str(BIN / "mlflow"), "server", *where, *store, *artifacts], {
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
            "PATH": f"{BIN}:{os.environ['PATH']}",
        }

    def count(self) -> int:
        """By walking its pages: it has no total."""
        found, token = 0, ""
        while True:
            page = self._search(500, token)
            found += len(page.get("traces", []))
            token = page.get("next_page_token", "")
            if not token:
                return found

    def list_twenty(self) -> int:
        """A page."""
        return len(self._search(20)["traces"])

    def spans_of(self, trace_id: str) -> int:
        """A trace with its spans."""
        answer = self.ask("GET", f"/api/3.0/mlflow/traces/get?trace_id=tr-{trace_id}")
        return len(answer["trace"]["spans"]) if answer else 0

    def _search(self, results: int, token: str = "") -> dict[str, Any]:
        place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}
        wanted: dict[str, Any] = {"locations": [place], "max_results": results}
        answer = self.ask("POST", "/api/3.0/mlflow/traces/search", wanted | ({"page_token": token} if token else {}))
        return answer or {}


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _nested(spans: list[dict[str, Any]]) -> int:
    return sum(1 + _nested(span["children"]) for span in spans)
