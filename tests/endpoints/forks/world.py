"""What the tests of forks share: a recorded run, and the worker that the bus would start."""

from typing import Any

from local.functions import Functions
from tests.endpoints.stack import Answer, Stack, Workspace
from wakeline.domain.outbox.replay import events_of
from wakeline.wiring import replay

PATH = "/api/v1/forks"
SPANS = [
    ("s1", "llm_call", "plan", [{"role": "user", "content": "Cheap flight?"}], "search", None),
    ("s2", "tool_call", "search", {"to": "LIS"}, {"price": 220}, None),
    ("s3", "llm_call", "answer", [{"role": "tool", "content": '{"price": 220}'}], "220 EUR", None),
    ("s4", "tool_call", "log", {"event": "quote"}, "logged", None),
]


def record(stack: Stack, workspace: Workspace, trace_id: str = "trc_1", **facts: Any) -> str:
    """A run of four spans, recorded through the API."""
    spans = [
        {
            "id": span_id,
            "span_type": kind,
            "name": name,
            "input": given,
            "output": output,
            "error": error,
            "model": "m-1" if kind == "llm_call" else None,
            "started_at": f"2026-03-21T10:00:0{place}.000Z",
            "ended_at": f"2026-03-21T10:00:0{place}.500Z",
        }
        for place, (span_id, kind, name, given, output, error) in enumerate(SPANS)
    ]
    body = {"id": trace_id, "name": "Quote", "status": "completed", "spans": spans, **facts}
    answer = stack.call("POST", "/api/v1/traces", key=workspace.key("admin"), body=body)
    assert answer.status == 201, answer.body
    return trace_id


def fork(stack: Stack, workspace: Workspace, span_id: str = "s2", **said: Any) -> dict[str, Any]:
    """A new fork of trc_1."""
    body = {"trace_id": "trc_1", "span_id": span_id, **said}
    answer = stack.call("POST", PATH, key=workspace.writer, body=body)
    assert answer.status == 201, answer.body
    made: dict[str, Any] = answer.json
    return made


def ask(stack: Stack, workspace: Workspace, fork_id: str, **body: Any) -> Answer:
    """Ask for a replay."""
    return stack.call("POST", f"{PATH}/{fork_id}/replay", key=workspace.writer, body=body)


def work(stack: Stack, workspace: Workspace, fork_id: str) -> None:
    """What the bus does once a replay was asked for."""
    asked = replay.forks().get(workspace.id, fork_id)
    assert asked is not None
    (event,) = events_of(None, asked)
    functions = Functions(stack.engine.template)
    functions.invoke(functions.all["OnForkRequested"], {"detail": event.model_dump()})


def show(stack: Stack, workspace: Workspace, fork_id: str) -> dict[str, Any]:
    """The fork as it is."""
    answer = stack.call("GET", f"{PATH}/{fork_id}", key=workspace.reader)
    assert answer.status == 200, answer.body
    shown: dict[str, Any] = answer.json
    return shown
