"""One typical request for every endpoint of the template, on a trace that is there."""

from dataclasses import dataclass
from typing import Any

from bench.rig import ROOT, Rig
from bench.workload import made_up
from local import seeds
from local.template import routes

TRACE = "bench-trace"
DOOMED = "bench-doomed"

_OTLP = {
    "resourceSpans": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "bench-agent"}}]},
            "scopeSpans": [
                {
                    "spans": [
                        {
                            "traceId": "5b8efff798038103d269b633813fc60c",
                            "spanId": f"{number:016x}",
                            "name": "chat claude-sonnet-4-5",
                            "startTimeUnixNano": "1795251600000000000",
                            "endTimeUnixNano": "1795251602000000000",
                            "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}}],
                        }
                        for number in range(1, 11)
                    ]
                }
            ],
        }
    ]
}
_SAMPLE = ROOT / "local" / "sample" / "fix_failing_test.jsonl"


@dataclass(frozen=True)
class Sample:
    """A request; `name` is the function's logical id."""

    name: str
    method: str
    path: str
    query: str = ""
    body: Any = None
    key: str = seeds.PROJECT_KEY

    def event(self, rig: Rig) -> dict[str, Any]:
        """The proxy event of this request."""
        return rig.event(self.method, self.path, self.body, self.query, self.key)


def prepare(rig: Rig, events: int = 100) -> str:
    """Make the trace that the requests are about, and one to delete, of made-up events. Returns a key to revoke."""
    for trace in (TRACE, DOOMED):
        rig.call("POST", "/api/traces", {"id": trace, "name": "bench", "agent": "bench-agent", "repo": "acme/checkout"})
        for at in range(0, events, 500):
            batch = made_up(at, min(500, events - at))
            rig.call("POST", f"/api/traces/{trace}/events", {"events": batch})
    wanted = {"name": "bench", "scopes": ["admin"]}
    return str(rig.call("POST", "/api/v1/api-keys", wanted, key=seeds.ADMIN_KEY)["key"])


def samples(rig: Rig, doomed_key: str) -> list[Sample]:
    """A request per endpoint (its first path), in the template's order but for deletions, which come last.

    Functions that stream are left out: their answers have no end to wait for.
    """
    paths: dict[str, tuple[str, str]] = {}
    for method, path, function in routes(rig.engine.template):
        if not any("ResponseTransferMode" in event.properties for event in function.events):
            paths.setdefault(function.logical_id, (method, path))
    found = [_sample(name, method, path, doomed_key) for name, (method, path) in paths.items()]
    return sorted(found, key=lambda sample: sample.method == "DELETE")


def _sample(name: str, method: str, path: str, doomed_key: str) -> Sample:
    trace = DOOMED if name == "DeleteTrace" else TRACE
    filled = path.replace("{trace_id}", trace).replace("{session_id}", trace)
    transcript = _SAMPLE.read_text(encoding="utf-8")
    bodies: dict[str, Any] = {
        "CreateTrace": {"id": "bench-new", "name": "bench"},
        "AppendEvents": {"events": made_up(1_000_000, 10)},
        "IngestTraces": {"sessions": [{"id": "bench-push", "data": transcript}]},
        "UpdateSession": {"tags": ["bench"]},
        "CreateApiKey": {"name": "another"},
        "IngestOtlp": _OTLP,
        "CreateArtifact": {"filename": "run.json", "content_type": "application/json", "size_bytes": 2_000_000},
        "RecordHook": {"session_id": TRACE, "hook_event_name": "UserPromptSubmit", "prompt": "Go on", "cwd": "/app"},
    }
    queries = {
        "ListTraces": "limit=20",
        "ListSessions": "limit=20",
        **dict.fromkeys(("ListMessages", "ListToolCalls", "ListSubagents"), f"session_id={TRACE}"),
    }
    key = doomed_key if "api-keys" in path else seeds.PROJECT_KEY
    return Sample(name, method, filled, queries.get(name, ""), bodies.get(name), key)
