"""One payload model per event type.

The models check; what is stored is the payload as sent. Unknown fields are kept. Shapes follow the published
references: messages and tools as in the 14-endpoint reference, spans as in Retrace, governance as in SidClaw. Tokens
are counts; `input_tokens` excludes cached ones; `cost_usd` is US dollars; durations are milliseconds.

`defer_build`: a model is built when the first payload of its type comes. A cold start would else wait for all of
them.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from . import money
from .errors import Invalid

Text = Annotated[str, StringConstraints(min_length=1)]
Count = Annotated[int, Field(ge=0, le=10**15)]
Difference = Annotated[int, Field(ge=-(10**15), le=10**15)]
Dollars = Annotated[float, Field(ge=-money.LARGEST, le=money.LARGEST)]
Milliseconds = Annotated[float, Field(ge=0, le=1e15)]
Phase = Literal["start", "end"]


class Payload(BaseModel):
    """A payload of which nothing is required. `phase` marks the first or last event of a span."""

    model_config = ConfigDict(extra="allow", strict=True, defer_build=True)

    phase: Phase | None = None
    name: str | None = None


class Message(Payload):
    """user_message, agent_message."""

    content: str
    model: str | None = None


class Reasoning(Payload):
    content: str | None = None


_COUNTED = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "cost_usd")


class LlmCall(Payload):
    """One response of a language model. With `revision`, the numbers are differences that correct an earlier
    llm_call.
    """

    model: Text
    input_tokens: Difference | None = None
    output_tokens: Difference | None = None
    cache_read_tokens: Difference | None = None
    cache_write_tokens: Difference | None = None
    cost_usd: Dollars | None = None
    latency_ms: Milliseconds | None = None
    revision: bool | None = None

    @model_validator(mode="after")
    def _only_corrections_take_away(self) -> "LlmCall":
        below = next((name for name in _COUNTED if (getattr(self, name) or 0) < 0), None)
        if below is not None and not self.revision:
            raise Invalid(f"payload.{below}: must not be negative, unless with revision", field=f"payload.{below}")
        return self


class ToolCall(Payload):
    tool_name: Text
    call_id: str | None = None


class ToolResult(Payload):
    """`error` is set when the call failed."""

    call_id: str | None = None
    tool_name: str | None = None
    error: Any = None
    duration_ms: Milliseconds | None = None


class Document(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True, defer_build=True)

    id: str | None = None
    content: str | None = None
    score: float | None = None
    source: str | None = None


class Retrieval(Payload):
    query: str | None = None
    documents: list[Document] | None = None


class BrowserAction(Payload):
    action: Text
    target: str | None = None
    url: str | None = None


class DomSnapshot(Payload):
    url: str | None = None
    visible_text: str | None = None
    selected_values: dict[str, Any] | None = None
    warnings: list[str] | None = None


class Artifact(Payload):
    """screenshot, replay_artifact."""

    artifact_id: str | None = None
    storage_path: str | None = None
    size_bytes: Count | None = None
    artifact_type: str | None = None
    duration_ms: Milliseconds | None = None
    event_time_map: dict[str, int] | None = None


class FileChange(Payload):
    path: Text
    action: Literal["created", "modified", "deleted", "renamed"] = "modified"
    additions: Count | None = None
    deletions: Count | None = None


class Commit(Payload):
    sha: Text
    message: str | None = None


class GoalCheck(Payload):
    passed: bool
    mismatches: list[Any] | None = None


class Score(Payload):
    name: Text
    value: float | bool
    comment: str | None = None


class Metric(Payload):
    name: Text
    value: float
    unit: str | None = None


class Error(Payload):
    message: str
    error_type: str | None = None
    handled: bool | None = None


class SessionEnd(Payload):
    """`status` completed or failed; other words are read as one of the two."""

    status: str | None = None
    error: Any = None


class Subagent(Payload):
    """subagent_start, subagent_stop."""

    agent_type: str | None = None
    agent_id: str | None = None
    description: str | None = None


class Compaction(Payload):
    trigger: str | None = None
    pre_tokens: Count | None = None
    post_tokens: Count | None = None
    duration_ms: Milliseconds | None = None


class Task(Payload):
    """task_started, task_updated, task_completed."""

    task_id: str | None = None


class ForkPoint(Payload):
    fork_id: str | None = None
    origin_trace_id: str | None = None


class Governance(Payload):
    """An event of a governed trace, in SidClaw's words."""

    description: str | None = None
    status: str | None = None
    policy_version: int | None = None
    approval_request_id: str | None = None


class Audit(Governance):
    """A mutation by a person or a key: an event of the audit trace."""

    action: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None


GOVERNANCE_TYPES = (
    "trace_initiated",
    "identity_resolved",
    "policy_evaluated",
    "sensitive_operation_detected",
    "approval_requested",
    "approval_granted",
    "approval_denied",
    "approval_expired",
    "operation_allowed",
    "operation_executed",
    "operation_denied",
    "operation_failed",
    "trace_closed",
)

PAYLOADS: dict[str, type[Payload]] = {
    "user_message": Message,
    "agent_message": Message,
    "reasoning": Reasoning,
    "llm_call": LlmCall,
    "tool_call": ToolCall,
    "tool_result": ToolResult,
    "retrieval": Retrieval,
    "action": Payload,
    "browser_action": BrowserAction,
    "dom_snapshot": DomSnapshot,
    "screenshot": Artifact,
    "replay_artifact": Artifact,
    "file_change": FileChange,
    "commit": Commit,
    "goal_check": GoalCheck,
    "score": Score,
    "metric": Metric,
    "error": Error,
    "state_change": Payload,
    "session_start": Payload,
    "session_end": SessionEnd,
    "subagent_start": Subagent,
    "subagent_stop": Subagent,
    "compaction": Compaction,
    "notification": Payload,
    "task_started": Task,
    "task_updated": Task,
    "task_completed": Task,
    "fork_point": ForkPoint,
    "audit": Audit,
    **dict.fromkeys(GOVERNANCE_TYPES, Governance),
}


def model_of(event_type: str) -> type[Payload] | None:
    """The payload model of an event type; `custom.<name>` takes any object. None when the type is unknown."""
    if event_type.startswith("custom.") and 7 < len(event_type) <= 128:
        return Payload
    return PAYLOADS.get(event_type)
