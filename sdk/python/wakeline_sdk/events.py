"""One function for each type of event. Each records it in the running trace, inside the running span, at once.

Further fields may be given by name; the server keeps them. Tokens are counts, `input_tokens` without cached ones;
costs are US dollars, durations milliseconds.
"""

from __future__ import annotations

from typing import Any, Literal

from .tracing import emit


def _record(event_type: str, extra: dict[str, Any], **fields: Any) -> None:
    emit(event_type, {**{name: value for name, value in fields.items() if value is not None}, **extra})


def user_message(content: str, **extra: Any) -> None:
    """What the user said."""
    _record("user_message", extra, content=content)


def agent_message(content: str, *, model: str | None = None, **extra: Any) -> None:
    """What the agent said."""
    _record("agent_message", extra, content=content, model=model)


def reasoning(content: str, **extra: Any) -> None:
    """What the agent thought."""
    _record("reasoning", extra, content=content)


def llm_call(
    model: str,
    *,
    input: Any = None,
    output: Any = None,
    input_tokens: int | None = None,
    output_tokens: int | None = None,
    cache_read_tokens: int | None = None,
    cache_write_tokens: int | None = None,
    cost_usd: float | None = None,
    latency_ms: float | None = None,
    **extra: Any,
) -> None:
    """One response of a language model. Without `cost_usd` the server fills the list price of the day in."""
    _record(
        "llm_call",
        extra,
        model=model,
        input=input,
        output=output,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cache_read_tokens=cache_read_tokens,
        cache_write_tokens=cache_write_tokens,
        cost_usd=cost_usd,
        latency_ms=latency_ms,
    )


def tool_call(tool_name: str, arguments: Any = None, *, call_id: str | None = None, **extra: Any) -> None:
    """A tool is called. `call_id` ties it to its result."""
    _record("tool_call", extra, tool_name=tool_name, arguments=arguments, call_id=call_id)


def tool_result(
    result: Any = None,
    *,
    call_id: str | None = None,
    tool_name: str | None = None,
    error: Any = None,
    duration_ms: float | None = None,
    **extra: Any,
) -> None:
    """What a tool answered. `error` is set when it failed."""
    _record(
        "tool_result",
        extra,
        result=result,
        call_id=call_id,
        tool_name=tool_name,
        error=error,
        duration_ms=duration_ms,
    )


def retrieval(query: str, documents: list[dict[str, Any]] | None = None, **extra: Any) -> None:
    """A search, and what it found: `{id, content, score, source}`."""
    _record("retrieval", extra, query=query, documents=documents)


def action(name: str, **extra: Any) -> None:
    """A step of the agent's own."""
    _record("action", extra, name=name)


def browser_action(action: str, *, target: str | None = None, url: str | None = None, **extra: Any) -> None:
    """A click, a key, a navigation."""
    _record("browser_action", extra, action=action, target=target, url=url)


def dom_snapshot(
    *,
    url: str | None = None,
    visible_text: str | None = None,
    selected_values: dict[str, Any] | None = None,
    warnings: list[str] | None = None,
    **extra: Any,
) -> None:
    """What a page showed."""
    _record(
        "dom_snapshot", extra, url=url, visible_text=visible_text, selected_values=selected_values, warnings=warnings
    )


def file_change(
    path: str,
    action: Literal["created", "modified", "deleted", "renamed"] = "modified",
    *,
    additions: int | None = None,
    deletions: int | None = None,
    **extra: Any,
) -> None:
    """A file was changed."""
    _record("file_change", extra, path=path, action=action, additions=additions, deletions=deletions)


def commit(sha: str, message: str | None = None, **extra: Any) -> None:
    """A commit was made."""
    _record("commit", extra, sha=sha, message=message)


def goal_check(passed: bool, mismatches: list[Any] | None = None, **extra: Any) -> None:
    """Whether the goal was reached, and what speaks against it."""
    _record("goal_check", extra, passed=passed, mismatches=mismatches)


def score(name: str, value: float | bool, comment: str | None = None, **extra: Any) -> None:
    """A judgement of the run."""
    _record("score", extra, name=name, value=value, comment=comment)


def metric(name: str, value: float, unit: str | None = None, **extra: Any) -> None:
    """A number."""
    _record("metric", extra, name=name, value=value, unit=unit)


def error(message: str, *, error_type: str | None = None, handled: bool = True, **extra: Any) -> None:
    """Something went wrong. An exception that leaves a trace is recorded without this."""
    _record("error", extra, message=message, error_type=error_type, handled=handled)


def state_change(name: str, before: Any = None, after: Any = None, **extra: Any) -> None:
    """A piece of state changed."""
    _record("state_change", extra, name=name, before=before, after=after)


def session_start(**extra: Any) -> None:
    """The run's session begins."""
    _record("session_start", extra)


def session_end(status: Literal["completed", "failed"] = "completed", error: Any = None, **extra: Any) -> None:
    """The run is over. `trace` records this by itself."""
    _record("session_end", extra, status=status, error=error)


def subagent_start(
    agent_type: str, *, agent_id: str | None = None, description: str | None = None, **extra: Any
) -> None:
    """A sub-agent begins. `span(kind="agent")` records both ends."""
    _record("subagent_start", extra, agent_type=agent_type, agent_id=agent_id, description=description)


def subagent_stop(agent_type: str | None = None, *, agent_id: str | None = None, **extra: Any) -> None:
    """A sub-agent is done."""
    _record("subagent_stop", extra, agent_type=agent_type, agent_id=agent_id)


def compaction(
    *, trigger: str | None = None, pre_tokens: int | None = None, post_tokens: int | None = None, **extra: Any
) -> None:
    """The context was compacted."""
    _record("compaction", extra, trigger=trigger, pre_tokens=pre_tokens, post_tokens=post_tokens)


def notification(message: str, **extra: Any) -> None:
    """Somebody was told something."""
    _record("notification", extra, message=message)


def task_started(task_id: str, **extra: Any) -> None:
    """A task begins."""
    _record("task_started", extra, task_id=task_id)


def task_updated(task_id: str, **extra: Any) -> None:
    """A task moved on."""
    _record("task_updated", extra, task_id=task_id)


def task_completed(task_id: str, **extra: Any) -> None:
    """A task is done."""
    _record("task_completed", extra, task_id=task_id)


def fork_point(*, fork_id: str | None = None, origin_trace_id: str | None = None, **extra: Any) -> None:
    """This run leaves another one here."""
    _record("fork_point", extra, fork_id=fork_id, origin_trace_id=origin_trace_id)


def custom(name: str, payload: dict[str, Any] | None = None, **extra: Any) -> None:
    """An event of your own type, `custom.<name>`."""
    _record(f"custom.{name}", {**(payload or {}), **extra})
