"""Tools, skills, MCP servers, sub-agents, errors, prompts and files."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from wakeline.domain.rollups.counts import Counts
from wakeline.domain.rollups.text import CATEGORIES
from wakeline.domain.rollups.usage import ratio

from .names import named, ranked, total

MAX_FILES = 50
MAX_DIRECTORIES = 20
MAX_PATTERNS = 20


class Tool(TypedDict):
    """`success_rate` (0–1) is the share of calls that did not fail; `avg_duration_ms` is None where none was timed."""

    name: str
    count: int
    success_rate: float
    avg_duration_ms: float | None
    errors: int


class Named(TypedDict):
    name: str
    count: int


class Server(TypedDict):
    """An MCP server: its tools are called `mcp__<server>__<tool>`."""

    name: str
    count: int
    tools: list[Named]


class Agent(TypedDict):
    agent_type: str
    count: int


class Breakdown(TypedDict):
    """What a session or a project used."""

    tools: list[Tool]
    skills: list[Named]
    mcp_servers: list[Server]
    agents: list[Agent]


class ToolErrors(TypedDict):
    tool: str
    errors: int
    total: int
    rate: float


class Pattern(TypedDict):
    pattern: str
    count: int


class ErrorDay(TypedDict):
    date: str
    errors: int
    total: int


class Errors(TypedDict):
    """`total_errors` are failed tool calls, `error_rate` (0–1) their share; `other_errors` are not a tool's.

    `common_errors` covers both.
    """

    total_errors: int
    error_rate: float
    errors_by_tool: list[ToolErrors]
    common_errors: list[Pattern]
    error_trend: list[ErrorDay]
    other_errors: int


class Category(TypedDict):
    """`percentage` (0–100) of all prompts; one may be in several categories, or in none."""

    name: str
    count: int
    percentage: float


class Prompts(TypedDict):
    """`trends`: {date, and a count for each category}."""

    categories: list[Category]
    trends: list[dict[str, str | int]]
    total_prompts: int


class File(TypedDict):
    path: str
    reads: int
    writes: int
    edits: int
    total: int


class Directory(TypedDict):
    path: str
    total: int


class Heatmap(TypedDict):
    files: list[File]
    directories: list[Directory]


def tools(counts: Counts) -> list[Tool]:
    """Each tool, the one called most first."""
    found: list[Tool] = []
    for name, said in named(counts, "tool").items():
        calls = _calls(said)
        timed = said.get("timed", 0)
        found.append(
            {
                "name": name,
                "count": calls,
                "success_rate": ratio(calls - said.get("errors", 0), calls),
                "avg_duration_ms": round(said.get("microseconds", 0) / timed / 1000, 3) if timed else None,
                "errors": said.get("errors", 0),
            }
        )
    return sorted(found, key=lambda each: (-each["count"], each["name"]))


def skills(counts: Counts) -> list[Named]:
    """Each skill, the one used most first."""
    return _named({name: said["count"] for name, said in named(counts, "skill").items()})


def servers(counts: Counts) -> list[Server]:
    """Each MCP server with its tools, the one called most first."""
    called: dict[str, dict[str, int]] = {}
    for name, said in named(counts, "tool").items():
        server, split, tool = name.removeprefix("mcp__").partition("__")
        if name.startswith("mcp__") and split:
            called.setdefault(server, {})[tool] = _calls(said)
    sums = {server: sum(by_tool.values()) for server, by_tool in called.items()}
    return [{"name": name, "count": count, "tools": _named(called[name])} for name, count in ranked(sums)]


def breakdown(counts: Counts) -> Breakdown:
    """Tools, skills, MCP servers and sub-agents."""
    agents = {name: said["count"] for name, said in named(counts, "agent").items()}
    return {
        "tools": tools(counts),
        "skills": skills(counts),
        "mcp_servers": servers(counts),
        "agents": [{"agent_type": name, "count": count} for name, count in ranked(agents)],
    }


def errors(main: Counts, patterns: Counts, days: Sequence[str], by_day: Mapping[str, Counts]) -> Errors:
    """What went wrong: `main` and `patterns` are the rows asked for, `by_day` those of the trend's `days`."""
    calls, failed = total(main, "tool_calls"), total(main, "tool_errors")
    by_tool: list[ToolErrors] = [
        {"tool": name, "errors": said["errors"], "total": _calls(said), "rate": ratio(said["errors"], _calls(said))}
        for name, said in named(main, "tool").items()
        if said.get("errors")
    ]
    common = ranked({name: said["count"] for name, said in named(patterns, "error").items()})[:MAX_PATTERNS]
    trend = [(date, by_day.get(date, {})) for date in days]
    return {
        "total_errors": failed,
        "error_rate": ratio(failed, max(calls, failed)),
        "errors_by_tool": sorted(by_tool, key=lambda each: (-each["errors"], each["tool"])),
        "common_errors": [{"pattern": pattern, "count": count} for pattern, count in common],
        "error_trend": [
            {"date": date, "errors": total(counts, "tool_errors"), "total": total(counts, "tool_calls")}
            for date, counts in trend
        ],
        "other_errors": total(main, "errors"),
    }


def prompts(counts: Counts, days: Sequence[str], by_day: Mapping[str, Counts]) -> Prompts:
    """What people asked for, in all and on each of `days`."""
    said, asked = named(counts, "prompt"), total(counts, "prompts")
    found = {name: said.get(name, {}).get("count", 0) for name in CATEGORIES}
    dated = [(date, named(by_day.get(date, {}), "prompt")) for date in days]
    return {
        "categories": [
            {"name": name, "count": count, "percentage": round(100 * ratio(count, asked), 2)}
            for name, count in sorted(found.items(), key=lambda each: -each[1])
        ],
        "trends": [
            {"date": date, **{name: each.get(name, {}).get("count", 0) for name in CATEGORIES}} for date, each in dated
        ],
        "total_prompts": asked,
    }


def heatmap(counts: Counts) -> Heatmap:
    """The files that were used most, and the folders they are in."""
    found: list[File] = []
    folders: dict[str, int] = {}
    for path, said in named(counts, "file").items():
        reads, writes, edits = (said.get(measure, 0) for measure in ("reads", "writes", "edits"))
        found.append({"path": path, "reads": reads, "writes": writes, "edits": edits, "total": reads + writes + edits})
        folder = _folder(path)
        folders[folder] = folders.get(folder, 0) + reads + writes + edits
    found.sort(key=lambda each: (-each["total"], each["path"]))
    directories: list[Directory] = [{"path": path, "total": count} for path, count in ranked(folders)]
    return {"files": found[:MAX_FILES], "directories": directories[:MAX_DIRECTORIES]}


def _calls(said: Mapping[str, int]) -> int:
    """Calls of a tool; one that is known by its result alone was called, too."""
    return max(said.get("calls", 0), said.get("results", 0))


def _named(counted: dict[str, int]) -> list[Named]:
    return [{"name": name, "count": count} for name, count in ranked(counted)]


def _folder(path: str) -> str:
    """The folder of a file, on whatever system its path was written."""
    at = max(path.rfind("/"), path.rfind("\\"))
    return path[:at] or path[: at + 1] if at >= 0 else "."
