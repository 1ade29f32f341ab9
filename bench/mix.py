"""What clients send and ask in a day: sessions recorded in four ways, and what people look at afterwards."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.rig import ROOT
from bench.spans import TRACES_A_REQUEST, request_body
from bench.workload import made_up
from local import seeds

EVENTS = 200
"""Of a session recorded by the SDK or by hooks."""
STEP = 5
"""Events that an agent makes in one step: what the SDK has to send when its second is over."""
BATCH = 100
"""Events of a request of a client that does not send live."""
AGENT = "bench-deployer"

_SAMPLE = ROOT / "local" / "sample" / "fix_failing_test.jsonl"
_POLICY = b"""version = 1
[governance]
default = "deny"
[[rule]]
name = "deploys"
agents = ["bench-*"]
operations = ["deploy"]
effect = "allow"
"""


@dataclass(frozen=True)
class Ask:
    """One HTTP request; `kind` names it in the tables."""

    kind: str
    method: str
    path: str
    body: bytes = b""
    query: str = ""
    content: str = "application/json"
    key: str = seeds.PROJECT_KEY

    @property
    def headers(self) -> dict[str, str]:
        """As a client sends them."""
        return {"Authorization": f"Bearer {self.key}", "Content-Type": self.content}


def _post(kind: str, path: str, body: Any, key: str = seeds.PROJECT_KEY) -> Ask:
    return Ask(kind, "POST", path, json.dumps(body).encode(), key=key)


def governed() -> list[Ask]:
    """A policy and an agent, so that there is something to evaluate."""
    policy = Ask("policy", "PUT", "/api/v1/policy", _POLICY, content="application/toml", key=seeds.ADMIN_KEY)
    agent = {"id": AGENT, "name": "Deployer", "owner": "bench"}
    return [policy, _post("agent", "/api/v1/agents", agent, seeds.ADMIN_KEY)]


def sdk_session(trace: str, each: int = STEP) -> Iterator[Ask]:
    """A session of `EVENTS` events from the SDK, `each` of them a request."""
    yield _post("create trace", "/api/traces", {"id": trace, "agent": "bench-agent", "cwd": "/home/ann/checkout"})
    end = {"type": "session_end", "payload": {"status": "completed"}}
    for first in range(0, EVENTS, each):
        events = made_up(first, min(each, EVENTS - first))
        if first + each >= EVENTS:
            events[-1] = end
        yield _post(f"append {each} events", f"/api/traces/{trace}/events", {"events": events})


def pushed_session(trace: str) -> Iterator[Ask]:
    """A Claude Code transcript of some 190 lines, pushed three times while it grows."""
    sample = _SAMPLE.read_text(encoding="utf-8").splitlines()[1:]
    lines = [
        line.replace("5a17e000", f"5a17e{turn:03d}").replace("_sample", f"_{turn}_sample")
        for turn in range(8)
        for line in sample
    ]
    for part in (1, 2, 3):
        data = "\n".join(lines[: len(lines) * part // 3]) + "\n"
        yield _post("push transcript", "/api/v1/traces", {"sessions": [{"id": trace, "data": data}]})


def otlp_sessions(chance: random.Random) -> Iterator[Ask]:
    """A request of 100 spans: five traces of twenty."""
    ids = [chance.randbytes(16) for _ in range(TRACES_A_REQUEST)]
    yield Ask("OTLP, 100 spans", "POST", "/v1/traces", request_body(ids), content="application/x-protobuf")


def hook_session(trace: str, hooks: int = EVENTS) -> Iterator[Ask]:
    """A Claude Code session that sends each hook as it happens."""
    for number in range(hooks):
        name = ("UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop")[number % 4]
        call = {"tool_name": "Bash", "tool_input": {"command": "pytest -q"}, "tool_use_id": f"toolu_{number // 4}"}
        said = {"prompt": f"Go on with test {number}, please."} if number % 4 == 0 else {}
        said |= {"last_assistant_message": f"Test {number} passes."} if number % 4 == 3 else {}
        call |= {"tool_response": {"stdout": "12 passed in 0.41s", "stderr": ""}} if number % 4 == 2 else {}
        hook = {"session_id": trace, "hook_event_name": name, "cwd": "/home/ann/checkout"}
        yield _post("hook", "/api/hooks/claude-code", hook | said | (call if number % 4 in (1, 2) else {}))


def reads(trace: str) -> list[Ask]:
    """What a person asks who looks at a session: one of each."""
    return [
        Ask("list sessions", "GET", "/api/sessions", query="limit=50"),
        Ask("session", "GET", f"/api/sessions/{trace}"),
        Ask("timeline", "GET", f"/api/sessions/{trace}/timeline"),
        Ask("events", "GET", f"/api/traces/{trace}/events", query="limit=200"),
        Ask("statistics", "GET", "/api/stats"),
        _post("search", "/api/v1/search", {"query": "rounding of the cart total", "limit": 10}),
    ]


def evaluate(number: int) -> Ask:
    """May the agent deploy?"""
    action = {
        "agent_id": AGENT,
        "operation": "deploy",
        "target_integration": "aws",
        "resource_scope": f"staging/{number}",
        "data_classification": "internal",
    }
    return _post("evaluate", "/api/v1/evaluate", action)
