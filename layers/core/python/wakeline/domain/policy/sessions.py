"""Session rules: what a recorded session must show. Pure: `Seen` is filled from a trace's HEAD and events."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from wakeline.domain.events import Event
from wakeline.domain.trace import Trace

from .document import (
    AiPercentage,
    ConditionalTool,
    ForbiddenTool,
    ModelAllowlist,
    RequiredTool,
    SensitivePaths,
    SessionRule,
    TokenBudget,
    TraceCompleteness,
)
from .globs import matches

BY_HEAD = (ModelAllowlist, TokenBudget)
"""Conditions that the HEAD of a trace answers; for the others its events are read."""

MAX_NAMED = 5
_CALL = re.compile(r"([^()]+)\((.*)\)", re.DOTALL)
_CHAINED = re.compile(r"&&|\|\||[;|\n]")


@dataclass(slots=True)
class Seen:
    """What rules want to know of a session. `calls` are (tool, the texts of its arguments)."""

    trace: Trace
    calls: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    files: dict[str, None] = field(default_factory=dict)
    unanswered: dict[str, str] = field(default_factory=dict)
    by_agent: int = 0
    by_people: int = 0
    committed: int = 0

    def add(self, event: Event) -> None:
        """Take in one event, in ledger order."""
        said = event.body
        match event.type:
            case "tool_call" if said.get("phase") != "end":
                name = str(said.get("tool_name"))
                self.calls.append((name, tuple(_texts(said.get("arguments")))))
                if isinstance(said.get("call_id"), str):
                    self.unanswered[said["call_id"]] = name
            case "tool_result" if isinstance(said.get("call_id"), str):
                self.unanswered.pop(said["call_id"], None)
            case "file_change":
                self.files[str(said.get("path"))] = None
                lines = said.get("additions") or 0
                if (event.actor or {}).get("type") == "user":
                    self.by_people += lines
                else:
                    self.by_agent += lines
            case "commit":
                lines = said.get("insertions", said.get("additions"))
                self.committed += lines if isinstance(lines, int) and lines > 0 else 0


def _texts(arguments: Any) -> Iterator[str]:
    """What a pattern is held against: each text among the arguments, and each command of a chained shell line."""
    values = arguments.values() if isinstance(arguments, dict) else [arguments]
    for value in values:
        if isinstance(value, str):
            yield value.strip()
            parts = [part.strip() for part in _CHAINED.split(value)]
            yield from (part for part in parts if part and part != value.strip())


def fault_of(rule: SessionRule, seen: Seen) -> str | None:
    """Why a session breaks a rule; None when it keeps it."""
    match rule:
        case TraceCompleteness():
            return _incomplete(seen)
        case AiPercentage():
            return _too_much_by_agent(rule, seen)
        case ModelAllowlist():
            known = list(dict.fromkeys([*seen.trace.models, *([seen.trace.model] if seen.trace.model else [])]))
            foreign = [model for model in known if not any(_is_model(allowed, model) for allowed in rule.models)]
            return f"used {_named(foreign)}" if foreign else None
        case SensitivePaths():
            touched = [path for path in seen.files if any(_covers(pattern, path) for pattern in rule.patterns)]
            return f"changed {_named(touched)}" if touched else None
        case RequiredTool():
            missing = [tool for tool in rule.tools if not _count(seen, [tool])]
            return f"did not call {_named(missing)}" if missing else None
        case ConditionalTool():
            return _not_called_for_files(rule, seen)
        case ForbiddenTool():
            called = [tool for tool in rule.tools if _count(seen, [tool])]
            return f"called {_named(called)}" if called else None
        case TokenBudget():
            return _over_budget(rule, seen)


def _incomplete(seen: Seen) -> str | None:
    counted = seen.trace.counters
    if not counted.get("type.user_message"):
        return "holds no message of a person"
    if not any(counted.get(f"type.{kind}") for kind in ("agent_message", "llm_call", "tool_call")):
        return "holds nothing that an agent did"
    if seen.unanswered:
        return f"lacks the results of {len(seen.unanswered)} tool calls ({_named(list(seen.unanswered.values()))})"
    return None


def _too_much_by_agent(rule: AiPercentage, seen: Seen) -> str | None:
    total = max(seen.by_agent + seen.by_people, seen.committed)
    share = 100 * seen.by_agent / total if total else 0.0
    return f"{share:.1f} % of {total} lines are the agent's" if share > rule.threshold else None


def _not_called_for_files(rule: ConditionalTool, seen: Seen) -> str | None:
    touched = [path for path in seen.files if any(_covers(pattern, path) for pattern in rule.when_files_match)]
    called = _count(seen, rule.tools)
    if not touched or called >= rule.min_count:
        return None
    return f"changed {_named(touched)} and called {_named(rule.tools)} {called} times, not {rule.min_count}"


def _over_budget(rule: TokenBudget, seen: Seen) -> str | None:
    tokens, cost = seen.trace.total_tokens, seen.trace.cost_usd
    if rule.max_tokens is not None and tokens > rule.max_tokens:
        return f"used {tokens} tokens, more than {rule.max_tokens}"
    if rule.max_cost_usd is not None and cost is None:
        return "called models whose price is not known"
    if rule.max_cost_usd is not None and cost is not None and cost > rule.max_cost_usd:
        return f"cost {cost:.4f} USD, more than {rule.max_cost_usd:g}"
    return None


def _count(seen: Seen, patterns: list[str]) -> int:
    """How many calls one of the patterns covers: `Bash`, `mcp__*`, `Bash(pytest*)`."""
    split = [(match[1], match[2]) if (match := _CALL.fullmatch(each)) else (each, None) for each in patterns]
    return sum(
        1
        for name, texts in seen.calls
        if any(
            matches(tool, name) and (wanted is None or any(matches(wanted, text) for text in texts))
            for tool, wanted in split
        )
    )


def _covers(pattern: str, path: str) -> bool:
    """Whether a glob covers a path, also one that is meant from some folder on. Case does not count."""
    wanted, found = pattern.casefold(), "/" + path.replace("\\", "/").casefold().lstrip("/")
    return matches(wanted, found) or matches(f"*/{wanted}", found)


def _is_model(allowed: str, model: str) -> bool:
    return allowed.casefold() in model.casefold() or matches(allowed.casefold(), model.casefold())


def _named(names: list[str]) -> str:
    distinct = list(Counter(names))
    more = f" and {len(distinct) - MAX_NAMED} more" if len(distinct) > MAX_NAMED else ""
    return ", ".join(distinct[:MAX_NAMED]) + more
