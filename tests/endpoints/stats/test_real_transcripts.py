"""Statistics of the real transcripts equal a recount from their raw lines, which knows nothing of our events."""

import json
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.endpoints.rolled import ask, roll
from tests.endpoints.stack import Stack, Workspace

PROJECTS = Path(__file__).parents[4] / "shared" / "data" / "claude-code" / "projects"
FILES = sorted(PROJECTS.glob("*.jsonl"))
KINDS = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_input_tokens": "cache_read_tokens",
    "cache_creation_input_tokens": "cache_write_tokens",
}
RATES = {
    "claude-3-sonnet-20240229": ("3", "15", "0.30", "3.75"),
    "claude-3-5-haiku-20241022": ("0.80", "4", "0.08", "1"),
    "claude-sonnet-4": ("3", "15", "0.30", "3.75"),
    "claude-sonnet-4-20250514": ("3", "15", "0.30", "3.75"),
    "claude-sonnet-4-5-20250929": ("3", "15", "0.30", "3.75"),
    "claude-opus-4-1-20250805": ("15", "75", "1.50", "18.75"),
}
"""Anthropic's list prices in US dollars for a million tokens, in the order of `KINDS`. None of these transcripts has a
response beyond 200 000 tokens, where some cost more, or a cache write that lasts an hour."""
EDITS = ("Edit", "MultiEdit", "NotebookEdit")

pytestmark = pytest.mark.skipif(not PROJECTS.is_dir(), reason="the real transcripts are not beside the repository")


class Recount:
    """What a file's raw lines amount to."""

    def __init__(self, path: Path) -> None:
        self.lines: list[dict[str, Any]] = []
        seen = set()
        for raw in path.read_bytes().splitlines():
            try:
                value = json.loads(raw)
            except ValueError:
                continue
            if isinstance(value, dict) and (value.get("uuid") is None or value["uuid"] not in seen):
                seen.add(value.get("uuid"))
                self.lines.append(value)
        self.cwd = next((each["cwd"] for each in self.lines if each.get("cwd")), "")
        self.responses: dict[Any, tuple[str, str, dict[str, int]]] = {}
        self.calls: dict[str, dict[str, Any]] = {}
        self.failed: set[str] = set()
        for each in self.lines:
            message = each.get("message")
            if not isinstance(message, dict):
                continue
            content = message.get("content")
            self._blocks(each, content if isinstance(content, list) else [])
            if each["type"] == "assistant" and isinstance(message.get("usage"), dict):
                self._response(each, message)

    def _response(self, each: dict[str, Any], message: dict[str, Any]) -> None:
        if message.get("model") == "<synthetic>":
            return
        key = (message.get("id") or each.get("uuid"), each.get("requestId"))
        day = self.responses[key][0] if key in self.responses else each["timestamp"][:10]
        tokens = {ours: message["usage"].get(theirs) or 0 for theirs, ours in KINDS.items()}
        self.responses[key] = (day, message["model"], tokens)

    def _blocks(self, each: dict[str, Any], blocks: list[Any]) -> None:
        for block in blocks:
            if not isinstance(block, dict):
                continue
            if block.get("type") == "tool_use" and each["type"] == "assistant":
                self.calls.setdefault(block["id"], block)
            elif block.get("type") == "tool_result" and each["type"] == "user":
                outcome = each.get("toolUseResult")
                told = isinstance(outcome, str) and outcome.startswith("Error")
                if block.get("is_error") is True or told or (isinstance(outcome, dict) and outcome.get("error")):
                    self.failed.add(block["tool_use_id"])

    @property
    def compactions(self) -> int:
        return sum(1 for each in self.lines if each.get("subtype") == "compact_boundary")


def dollars(model: str, tokens: dict[str, int]) -> Decimal:
    """What a response costs by `RATES`."""
    rates = zip(tokens.values(), RATES[model], strict=True)
    return sum((count * Decimal(rate) for count, rate in rates), Decimal(0)) / 1_000_000


def summed(rows: list[dict[str, Any]], name: str, *fields: str) -> dict[str, tuple[Any, ...]]:
    return {row[name]: tuple(row[field] for field in fields) for row in rows}


@pytest.fixture(scope="module")
def recounts() -> list[Recount]:
    return [Recount(path) for path in FILES]


@pytest.fixture(scope="module")
def pushed(stack: Stack) -> Workspace:
    """All transcripts, pushed once and counted."""
    workspace = Workspace.fresh(stack)
    push(workspace)
    roll(workspace)
    return workspace


def push(workspace: Workspace) -> None:
    for path in FILES:
        data = path.read_text(encoding="utf-8", errors="surrogateescape").encode("utf-8", "surrogateescape")
        body = {"sessions": [{"id": path.stem, "data": data.decode("utf-8", "replace")}]}
        answer = workspace.stack.call("POST", "/api/v1/traces", key=workspace.writer, body=body)
        assert answer.json["accepted"] == 1, answer.body


def test_tokens_by_model(pushed, recounts):
    expected: dict[str, Counter[str]] = defaultdict(Counter)
    for each in recounts:
        for _, model, tokens in each.responses.values():
            expected[model].update(tokens)
    found = ask(pushed, "/models")["models"]
    assert summed(found, "name", *KINDS.values()) == {
        model: tuple(tokens[kind] for kind in KINDS.values()) for model, tokens in expected.items()
    }
    assert all(each["tokens"] == sum(each[kind] for kind in KINDS.values()) for each in found)
    assert any(each["cost"] for each in found)


def test_costs_are_right_to_the_last_digit(pushed, recounts):
    by_model: dict[str, Decimal] = defaultdict(Decimal)
    by_day: dict[str, Decimal] = defaultdict(Decimal)
    by_project: dict[str, Decimal] = defaultdict(Decimal)
    by_session: dict[str, Decimal] = {}
    for path, each in zip(FILES, recounts, strict=True):
        costs = [(day, model, dollars(model, tokens)) for day, model, tokens in each.responses.values()]
        for day, model, cost in costs:
            by_model[model] += cost
            by_day[day] += cost
            by_project[each.cwd] += cost
        by_session[path.stem] = sum((cost for *_, cost in costs), Decimal(0))
    assert sum(by_model.values()) > 30
    models = ask(pushed, "/models")["models"]
    assert {each["name"]: each["cost"] for each in models} == {name: float(cost) for name, cost in by_model.items()}
    days = ask(pushed, "/daily", from_=min(by_day), to=max(by_day))["days"]
    assert {each["date"]: each["cost"] for each in days if each["cost"]} == {
        day: float(cost) for day, cost in by_day.items() if cost
    }
    projects = {each["path"]: each["cost"] for each in ask(pushed, "/projects")["projects"]}
    assert projects == {each.cwd: float(by_project[each.cwd]) for each in recounts}
    assert ask(pushed)["total"]["cost"] == float(sum(by_model.values()))
    sessions = pushed.stack.call("GET", "/api/sessions", key=pushed.reader, limit=200).json["sessions"]
    assert {each["id"]: each["cost"] for each in sessions} == {name: float(cost) for name, cost in by_session.items()}


def test_tokens_and_sessions_by_day(pushed, recounts):
    expected: Counter[str] = Counter()
    starts: Counter[str] = Counter()
    for each in recounts:
        for day, _, tokens in each.responses.values():
            expected[day] += sum(tokens.values())
        # A transcript without any time began when it was pushed.
        starts.update(sorted(line["timestamp"][:10] for line in each.lines if line.get("timestamp"))[:1])
    first, last = min([*expected, *starts]), max([*expected, *starts])
    found = ask(pushed, "/daily", from_=first, to=last)["days"]
    assert {each["date"]: each["tokens"] for each in found if each["tokens"]} == +expected
    assert {each["date"]: each["sessions"] for each in found if each["sessions"]} == starts
    totals = ask(pushed)["total"]
    assert totals["tokens"] == expected.total()
    assert totals["sessions"] == len(recounts)
    assert totals["compactions"] == sum(each.compactions for each in recounts)


def test_tool_counts_and_error_rates(pushed, recounts):
    calls: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for each in recounts:
        calls.update(call["name"] for call in each.calls.values())
        failed.update(each.calls[called]["name"] for called in each.failed if called in each.calls)
    found = ask(pushed, "/tools")["tools"]
    assert {each["name"]: each["count"] for each in found} == calls
    assert {each["name"]: each["errors"] for each in found if each["errors"]} == failed
    assert all(
        each["success_rate"] == (calls[each["name"]] - failed[each["name"]]) / calls[each["name"]] for each in found
    )
    errors = ask(pushed, "/errors")
    assert (errors["total_errors"], errors["error_rate"]) == (failed.total(), failed.total() / calls.total())
    assert summed(errors["errors_by_tool"], "tool", "errors", "total") == {
        name: (count, calls[name]) for name, count in failed.items()
    }
    assert sum(each["count"] for each in errors["common_errors"]) <= failed.total() + errors["other_errors"]


def test_skills_and_mcp_servers(pushed, recounts):
    skills: Counter[str] = Counter()
    servers: dict[str, Counter[str]] = defaultdict(Counter)
    for each in recounts:
        for call in each.calls.values():
            if call["name"] == "Skill":
                skills[call["input"].get("skill") or call["input"].get("command")] += 1
            if call["name"].startswith("mcp__"):
                _, server, tool = call["name"].split("__", 2)
                servers[server][tool] += 1
    assert {each["name"]: each["count"] for each in ask(pushed, "/skills")["skills"]} == skills
    found = ask(pushed, "/mcp")["servers"]
    assert {each["name"]: {tool["name"]: tool["count"] for tool in each["tools"]} for each in found} == servers
    assert all(each["count"] == servers[each["name"]].total() for each in found)


def test_files(pushed, recounts):
    projects = {each.cwd for each in recounts if each.cwd}
    assert len(projects) > 2
    for project in projects:
        used: dict[str, Counter[str]] = defaultdict(Counter)
        for each in recounts:
            if each.cwd != project:
                continue
            for call in each.calls.values():
                path = call["input"].get("file_path") or call["input"].get("notebook_path")
                kind = {"Read": "reads", "Write": "writes"} | dict.fromkeys(EDITS, "edits")
                if path and call["name"] in kind:
                    used[path][kind[call["name"]]] += 1
        found = ask(pushed, "/file-heatmap", project=project)
        ranked = sorted(used, key=lambda path: (-used[path].total(), path))[:50]
        assert [each["path"] for each in found["files"]] == ranked
        assert all(
            each[kind] == used[each["path"]][kind] for each in found["files"] for kind in ("reads", "writes", "edits")
        )
        assert sum(each["total"] for each in found["directories"]) <= sum(each.total() for each in used.values())


def test_projects(pushed, recounts):
    sessions = Counter(each.cwd for each in recounts)
    tokens: Counter[str] = Counter()
    for each in recounts:
        tokens[each.cwd] += sum(sum(used.values()) for _, _, used in each.responses.values())
    found = ask(pushed, "/projects")["projects"]
    assert summed(found, "path", "sessions", "tokens") == {path: (sessions[path], tokens[path]) for path in sessions}


def test_breakdowns_add_up(pushed, recounts):
    tools = Counter({each["name"]: each["count"] for each in ask(pushed, "/tools")["tools"]})
    for path in FILES:
        for each in ask(pushed, "/session-breakdown", session_id=path.stem)["tools"]:
            tools[each["name"]] -= each["count"]
    assert not +tools


def test_pushing_everything_again_changes_no_number(pushed):
    asked = ("", "/daily", "/tools", "/models", "/projects", "/skills", "/mcp", "/errors", "/token-efficiency")
    before = [ask(pushed, path) for path in asked]
    push(pushed)
    roll(pushed)
    assert [ask(pushed, path) for path in asked] == before
