"""Tokens, dollars and sessions: in all, by day, by model, by project."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from wakeline.domain.rollups.counts import Counts
from wakeline.domain.rollups.snapshot import Group
from wakeline.domain.rollups.usage import Overrides, by, dollars, ratio, together, uses
from wakeline.domain.trace_filter import last_component

from .names import named, total


class Totals(TypedDict):
    """`cost` is US dollars, None when nothing could be priced; `unpriced_calls` says what it leaves out."""

    sessions: int
    tool_calls: int
    tokens: int
    cost: float | None
    messages: int
    prompts: int
    errors: int
    compactions: int
    subagents: int
    unpriced_calls: int


class Day(TypedDict):
    """`sessions` began on that day, `active_sessions` did something on it. Tokens and cost are of that day's events."""

    date: str
    sessions: int
    tokens: int
    cost: float | None
    active_sessions: int
    tool_calls: int
    messages: int
    errors: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int


class Model(TypedDict):
    """`cost` is None and `unpriced` true of a model without a known price; `unpriced_calls` have none."""

    name: str
    tokens: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost: float | None
    calls: int
    unpriced: bool
    unpriced_calls: int


class Project(TypedDict):
    """`path` is the folder, or else the repository, of its sessions."""

    name: str
    path: str
    sessions: int
    tokens: int
    cost: float | None
    tool_calls: int


class ModelEfficiency(TypedDict):
    """`avg_output_ratio`: tokens written as a share of all."""

    model: str
    cache_hit_rate: float
    avg_output_ratio: float
    cost: float | None
    tokens: int


class Efficiency(TypedDict):
    """A message is one response of a model. `cache_savings_usd`: what cached input would cost more if read afresh."""

    cache_hit_rate: float
    avg_tokens_per_tool_call: float
    avg_input_tokens_per_message: float
    avg_output_tokens_per_message: float
    cache_savings_tokens: int
    cache_savings_usd: float
    efficiency_by_model: list[ModelEfficiency]


def totals(counts: Counts, overrides: Overrides) -> Totals:
    """What rows add up to."""
    used = together(uses(counts, overrides))
    return {
        "sessions": total(counts, "sessions"),
        "tool_calls": total(counts, "tool_calls"),
        "tokens": used.total,
        "cost": used.cost,
        "messages": total(counts, "user_messages") + total(counts, "agent_messages"),
        "prompts": total(counts, "prompts"),
        "errors": total(counts, "tool_errors"),
        "compactions": total(counts, "compactions"),
        "subagents": sum(each["count"] for each in named(counts, "agent").values()),
        "unpriced_calls": used.unpriced,
    }


def daily(days: Sequence[str], rows: Mapping[str, Counts], overrides: Overrides) -> list[Day]:
    """An entry for each of `days`, zeros included."""
    found: list[Day] = []
    for date in days:
        counts = rows.get(date, {})
        used = together(uses(counts, overrides))
        found.append(
            {
                "date": date,
                "sessions": total(counts, "sessions"),
                "tokens": used.total,
                "cost": used.cost,
                "active_sessions": total(counts, "active_sessions"),
                "tool_calls": total(counts, "tool_calls"),
                "messages": total(counts, "user_messages") + total(counts, "agent_messages"),
                "errors": total(counts, "tool_errors"),
                "input_tokens": used.tokens["input_tokens"],
                "output_tokens": used.tokens["output_tokens"],
                "cache_read_tokens": used.tokens["cache_read_tokens"],
                "cache_write_tokens": used.tokens["cache_write_tokens"],
            }
        )
    return found


def models(counts: Counts, overrides: Overrides) -> list[Model]:
    """Each model, the one with most tokens first."""
    found: list[Model] = [
        {
            "name": name,
            "tokens": used.total,
            "input_tokens": used.tokens["input_tokens"],
            "output_tokens": used.tokens["output_tokens"],
            "cache_read_tokens": used.tokens["cache_read_tokens"],
            "cache_write_tokens": used.tokens["cache_write_tokens"],
            "cost": used.cost,
            "calls": used.calls,
            "unpriced": used.cost is None,
            "unpriced_calls": used.unpriced,
        }
        for name, used in by(uses(counts, overrides), lambda _, model: model).items()
    ]
    return sorted(found, key=lambda each: (-each["tokens"], each["name"]))


def projects(counts: Counts, overrides: Overrides) -> list[Project]:
    """Each project, the one with most tokens first."""
    used = by(uses(counts, overrides), lambda group, _: group.path)
    sessions: dict[str, int] = {}
    calls: dict[str, int] = {}
    for name, measures in named(counts, "project").items():
        path = Group.read(name).path
        sessions[path] = sessions.get(path, 0) + measures.get("sessions", 0)
        calls[path] = calls.get(path, 0) + measures.get("tool_calls", 0)
    found: list[Project] = [
        {
            "name": last_component(path),
            "path": path,
            "sessions": sessions.get(path, 0),
            "tokens": used[path].total if path in used else 0,
            "cost": used[path].cost if path in used else 0.0,
            "tool_calls": calls.get(path, 0),
        }
        for path in sessions.keys() | used.keys()
    ]
    return sorted(found, key=lambda each: (-each["tokens"], -each["sessions"], each["path"]))


def efficiency(counts: Counts, overrides: Overrides) -> Efficiency:
    """How well tokens were used."""
    found = uses(counts, overrides)
    used = together(found)
    messages = used.calls or total(counts, "agent_messages")
    ranking: list[ModelEfficiency] = [
        {
            "model": name,
            "cache_hit_rate": each.cache_hit_rate,
            "avg_output_ratio": ratio(each.tokens["output_tokens"], each.total),
            "cost": each.cost,
            "tokens": each.total,
        }
        for name, each in by(found, lambda _, model: model).items()
    ]
    return {
        "cache_hit_rate": used.cache_hit_rate,
        "avg_tokens_per_tool_call": ratio(used.total, total(counts, "tool_calls")),
        "avg_input_tokens_per_message": ratio(used.tokens["input_tokens"], messages),
        "avg_output_tokens_per_message": ratio(used.tokens["output_tokens"], messages),
        "cache_savings_tokens": used.tokens["cache_read_tokens"],
        "cache_savings_usd": dollars(used.saved),
        "efficiency_by_model": sorted(ranking, key=lambda each: (-each["tokens"], each["model"])),
    }
