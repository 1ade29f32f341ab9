"""A ledger with analyses and incidents, in memory, and short runs that fail."""

from dataclasses import dataclass, field
from typing import Any

from tests.factories import batch, make_trace
from tests.fakes.env import Clock, fixed_env
from tests.fakes.incidents import MemoryAnalyses, MemoryIncidents
from tests.fakes.ledger import MemoryLedger
from tests.fakes.stats import MemoryConfig
from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.services import analyses, ledger
from wakeline.services.analyses import Stores

CALLER = Caller("ws_1", None, "key_1", "key", frozenset({"admin"}), "free")


@dataclass
class World:
    """Stores and a clock that a test moves."""

    clock: Clock = field(default_factory=Clock)
    ledger: Any = field(default_factory=MemoryLedger)
    analyses: MemoryAnalyses = field(default_factory=MemoryAnalyses)
    incidents: MemoryIncidents = field(default_factory=MemoryIncidents)
    config: MemoryConfig = field(default_factory=MemoryConfig)
    failed: Any = None
    """An incident that a test looks at."""

    @property
    def stores(self) -> Stores:
        return Stores(self.ledger, self.analyses, self.incidents, self.config)

    @property
    def env(self) -> Env:
        return fixed_env(self.clock)

    def run(self, trace_id: str, *events: dict[str, Any], **facts: Any) -> None:
        """A trace with these events."""
        self.ledger.create(make_trace(trace_id, **facts))
        self.more(trace_id, *events)

    def end(self, trace_id: str, stores: Any = None) -> Any:
        """The bus says that the trace ended. `stores` are this world's, unless told otherwise."""
        return analyses.completed(stores or self.stores, self.env, "ws_1", trace_id)

    def analysed(self, trace_id: str) -> Any:
        """Somebody asks for the analysis now."""
        return analyses.analyse(self.stores, self.env, CALLER, trace_id)

    def stored(self, trace_id: str) -> Any:
        """The stored analysis of a trace."""
        return self.analyses.get("ws_1", trace_id)

    def more(self, trace_id: str, *events: dict[str, Any]) -> None:
        ledger.append(self.ledger, self.env, "ws_1", trace_id, batch(*events))


def asked(text="Deploy the service"):
    return {"type": "user_message", "payload": {"content": text}}


def said(text):
    return {"type": "agent_message", "payload": {"content": text}}


def called(tool, arguments, error=None, result="ok", span="s1"):
    """A call and its result."""
    outcome = {"result": result, **({"error": error} if error else {})}
    return [
        {"type": "tool_call", "span_id": span, "payload": {"tool_name": tool, "arguments": arguments}},
        {"type": "tool_result", "span_id": span, "payload": outcome},
    ]


def denied(n: int = 1) -> list[dict[str, Any]]:
    """A run whose deployment is denied; what is named in it differs by `n`."""
    error = f"permission denied: '/srv/app{n}/config-{n}.yml' (request 7f{n:06x}ab, {n * 17} ms)"
    return [asked(f"Deploy build {n}"), *called("deploy", {"build": n}, error)]


def refused(n: int = 1) -> list[dict[str, Any]]:
    """A run of another fault."""
    error = f"connection refused by https://db{n}.internal:54{n:02d}/main"
    return [asked(f"Deploy build {n}"), *called("deploy", {"build": n}, error)]


def fine() -> list[dict[str, Any]]:
    """A run in which all went well."""
    return [asked(), *called("deploy", {"build": 1}), said("The service runs in version 1.")]
