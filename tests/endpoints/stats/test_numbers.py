"""GET /api/stats…: what the numbers mean, by small examples."""

from datetime import UTC, datetime

import pytest

from tests.endpoints.rolled import ask, roll
from tests.factories import llm_call, message, tool_call

AT = "2026-03-21T12:00:00Z"


def on(timestamp, *events):
    return [event | {"timestamp": timestamp} for event in events]


def unpriced(**said):
    return llm_call(**{"model": "our-model", "cost_usd": None, "input_tokens": 1_000_000, "output_tokens": 0} | said)


@pytest.mark.parametrize(
    "path",
    ["/home/ann/a #1/b", "/home/ann/ü/🙂 end", "C:\\Users\\Ann\\my shop", "/p/%2F/?&=", "/"],
)
def test_an_odd_project_path(workspace, path):
    workspace.trace(events=on(AT, llm_call(), tool_call("Read")), cwd=path)
    workspace.trace(events=on(AT, llm_call()), cwd="/home/ann/other")
    roll(workspace)
    found = {each["path"]: each for each in ask(workspace, "/projects")["projects"]}
    assert set(found) == {path, "/home/ann/other"}
    assert (found[path]["sessions"], found[path]["tokens"]) == (1, 15)
    assert [each["name"] for each in ask(workspace, "/tools", project=path)["tools"]] == ["Read"]
    assert ask(workspace, "/models", project=path)["models"][0]["tokens"] == 15


def test_a_project_is_named_by_folder_its_last_part_or_repository(workspace):
    workspace.trace(events=on(AT, llm_call()), cwd="/home/ann/shop", repo="org/shop-repo")
    workspace.trace(events=on(AT, llm_call()), cwd="/home/bob/shop")
    roll(workspace)

    def tokens(project):
        return sum(each["tokens"] for each in ask(workspace, "/models", project=project)["models"])

    assert [tokens(name) for name in ("/home/ann/shop", "/home/ann/shop/", "shop", "org/shop-repo", "none")] == [
        15,
        15,
        30,
        15,
        0,
    ]


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00Z", "2099-12-31T23:59:59.999999Z", "2026-03-21T23:59:59.999Z"])
def test_any_day_there_is(workspace, at):
    workspace.trace(events=on(at, llm_call(), message()), started_at=at)
    roll(workspace)
    day = at[:10]
    (found,) = ask(workspace, "/daily", from_=day, to=day)["days"]
    assert (found["date"], found["sessions"], found["tokens"], found["cost"]) == (day, 1, 15, 0.01)
    assert ask(workspace)["total"]["tokens"] == 15
    assert ask(workspace, from_=day, to=at)["today"]["tokens"] == 15


def test_a_session_across_midnight_and_a_clock_that_jumps(workspace):
    events = [*on("2026-03-21T23:59:59Z", llm_call()), *on("2026-03-22T00:00:01Z", llm_call(), llm_call())]
    workspace.trace(
        events=[*events, *on("2026-03-21T01:00:00+02:00", llm_call())], started_at="2026-03-21T23:00:00.000Z"
    )
    roll(workspace)
    days = ask(workspace, "/daily", from_="2026-03-20", to="2026-03-22")["days"]
    assert [each["tokens"] for each in days] == [15, 15, 30]
    assert [each["sessions"] for each in days] == [0, 1, 0]
    assert [each["active_sessions"] for each in days] == [1, 1, 1]
    assert ask(workspace, from_="2026-03-22")["today"]["tokens"] == 30


def test_every_day_of_the_range_is_there(workspace):
    assert len(ask(workspace, "/daily")["days"]) == 90
    week = ask(workspace, "/daily", days=7)["days"]
    assert (len(week), week[-1]["date"]) == (7, datetime.now(UTC).date().isoformat())
    assert {(each["sessions"], each["tokens"], each["cost"]) for each in week} == {(0, 0, 0)}


def test_a_model_without_a_price_costs_null(workspace):
    workspace.trace(events=on(AT, unpriced(), llm_call(cost_usd=0.5)))
    roll(workspace)
    ours, priced = ask(workspace, "/models")["models"]
    assert (ours["name"], ours["cost"], ours["unpriced"], ours["unpriced_calls"]) == ("our-model", None, True, 1)
    assert (priced["cost"], priced["unpriced"]) == (0.5, False)
    total = ask(workspace)["total"]
    assert (total["cost"], total["unpriced_calls"]) == (0.5, 1)


def test_a_price_of_ones_own_holds_at_once_and_for_all_days(stack, workspace):
    told = llm_call(model="our-model", input_tokens=1_000_000, output_tokens=0, cost_usd=9.0)
    workspace.trace(events=on(AT, unpriced(), unpriced(input_tokens=0, cache_read_tokens=2_000_000), told))
    roll(workspace)
    prices = {"our-model": {"input": 3, "output": 15, "cache_read": 0.5}}
    admin = workspace.key("admin")
    assert stack.call("POST", "/api/config", key=admin, body={"price_overrides": prices}).status == 200
    (model,) = ask(workspace, "/models")["models"]
    assert (model["cost"], model["unpriced"]) == (3.0 + 1.0 + 9.0, False)
    assert ask(workspace, "/projects")["projects"][0]["cost"] == 13.0
    assert ask(workspace, "/token-efficiency")["cache_savings_usd"] == 5.0


def test_list_prices_hold_at_the_events_date(stack, workspace):
    events = [{"type": "llm_call", "payload": {"model": "claude-opus-4-5", "input_tokens": 1_000_000}, "timestamp": AT}]
    stack.call("POST", "/api/traces", key=workspace.writer, body={"id": "priced"})
    sent = stack.call("POST", "/api/traces/priced/events", key=workspace.writer, body={"events": events})
    assert sent.json["accepted"] == 1
    roll(workspace)
    assert ask(workspace, "/models")["models"][0]["cost"] == 5.0


def test_active_sessions(stack, workspace):
    now = datetime.now(UTC).isoformat()
    workspace.trace(events=on(now, message()), started_at=now, cwd="/home/ann/shop")
    workspace.trace(events=on(now, message(), {"type": "session_end", "payload": {}}), started_at=now)
    workspace.trace(events=on(AT, message()))
    roll(workspace)
    assert ask(workspace)["active_sessions"] == 1
    assert ask(workspace, project="shop")["active_sessions"] == 1
    assert ask(workspace, project="web")["active_sessions"] == 0


def test_errors_and_their_trend(workspace):
    call, failed = (
        tool_call("Bash"),
        {"type": "tool_result", "payload": {"call_id": "call_1", "error": "Exit code 1\nmore"}},
    )
    workspace.trace(
        events=[*on(AT, call, failed), *on(AT, call, {"type": "error", "payload": {"message": "API error"}})]
    )
    roll(workspace)
    found = ask(workspace, "/errors", from_="2026-03-21", to="2026-03-22")
    assert (found["total_errors"], found["error_rate"], found["other_errors"]) == (1, 0.5, 1)
    assert found["errors_by_tool"] == [{"tool": "Bash", "errors": 1, "total": 2, "rate": 0.5}]
    assert found["common_errors"] == [{"pattern": "API error", "count": 1}, {"pattern": "Exit code 1", "count": 1}]
    assert found["error_trend"] == [
        {"date": "2026-03-21", "errors": 1, "total": 2},
        {"date": "2026-03-22", "errors": 0, "total": 0},
    ]
    assert len(ask(workspace, "/errors")["error_trend"]) == 30


def test_prompts(workspace):
    said = (
        "Fix the bug in the parser",
        "please add tests",
        "Explain this address",
        "<command-name>/fix</command-name>",
    )
    workspace.trace(
        events=on(AT, *(message(text) for text in said), message("fix", payload={"content": "fix", "is_meta": True}))
    )
    roll(workspace)
    found = ask(workspace, "/prompt-patterns", from_="2026-03-21", to="2026-03-21")
    counts = {each["name"]: each["count"] for each in found["categories"]}
    assert counts == {
        "Bug Fix": 1,
        "Feature": 1,
        "Refactor": 0,
        "Explain": 1,
        "Test": 1,
        "Config": 0,
        "Review": 0,
        "Docs": 0,
    }
    assert found["total_prompts"] == 3
    assert found["trends"] == [{"date": "2026-03-21", **counts}]
