"""Wakeline's SDK: record what an agent does.

    import wakeline_sdk as wakeline

    wakeline.init()                       # WAKELINE_URL and WAKELINE_API_KEY

    @wakeline.trace
    def run(goal: str) -> str: ...

Nothing here raises into the agent or waits for the network, but `guard` and `evaluate`, whose purpose it is.
"""

from .config import Config
from .decorators import span, tool, trace
from .events import (
    action,
    agent_message,
    browser_action,
    commit,
    compaction,
    custom,
    dom_snapshot,
    error,
    file_change,
    fork_point,
    goal_check,
    llm_call,
    metric,
    notification,
    reasoning,
    retrieval,
    score,
    session_end,
    session_start,
    state_change,
    subagent_start,
    subagent_stop,
    task_completed,
    task_started,
    task_updated,
    tool_call,
    tool_result,
    user_message,
)
from .files import artifact, replay_artifact, screenshot
from .governed import Denied, evaluate, guard
from .models import wrap_anthropic, wrap_bedrock, wrap_openai
from .state import carry, flush, init, shutdown, stats
from .tracing import KINDS, Span, Trace

__version__ = "0.1.0"

__all__ = [
    "KINDS",
    "Config",
    "Denied",
    "Span",
    "Trace",
    "action",
    "agent_message",
    "artifact",
    "browser_action",
    "carry",
    "commit",
    "compaction",
    "custom",
    "dom_snapshot",
    "error",
    "evaluate",
    "file_change",
    "flush",
    "fork_point",
    "goal_check",
    "guard",
    "init",
    "llm_call",
    "metric",
    "notification",
    "reasoning",
    "replay_artifact",
    "retrieval",
    "score",
    "screenshot",
    "session_end",
    "session_start",
    "shutdown",
    "span",
    "state_change",
    "stats",
    "subagent_start",
    "subagent_stop",
    "task_completed",
    "task_started",
    "task_updated",
    "tool",
    "tool_call",
    "tool_result",
    "trace",
    "user_message",
    "wrap_anthropic",
    "wrap_bedrock",
    "wrap_openai",
]
