"""POST /api/v1/policy/check."""

import pytest

from tests.endpoints.governing import Governed
from tests.factories import llm_call, message, tool_call

PATH = "/api/v1/policy/check"


@pytest.fixture
def governed(stack, workspace):
    return Governed(stack, workspace)


def rule(condition, said="", action="block_merge"):
    named = f'name = "r"\ncondition = "{condition}"\naction = "{action}"\nseverity = "high"\n'
    return f"version = 1\n[[session_rule]]\n{named}{said}"


def check(governed, *sessions):
    body = {"sessions": [{"session_id": each} for each in sessions or ["s"]]}
    return governed.stack.call("POST", PATH, key=governed.workspace.reader, body=body)


def bash(command, call_id="c"):
    arguments = {"command": command}
    return {"type": "tool_call", "payload": {"tool_name": "Bash", "arguments": arguments, "call_id": call_id}}


def changed(path, lines=10, **fields):
    return {"type": "file_change", "payload": {"path": path, "additions": lines}, **fields}


RESULT = {"type": "tool_result", "payload": {"call_id": "c", "tool_name": "Bash"}}


def test_anonymous(stack):
    assert stack.call("POST", PATH, body={}).status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("POST", PATH, key=workspace.writer, body={}).status == 403


def test_another_workspaces_session_is_not_there(governed, elsewhere):
    elsewhere.trace("s")
    assert check(governed).status == 404


@pytest.mark.parametrize(
    ("text", "events", "result"),
    [
        (rule("trace_completeness"), [message(), bash("ls"), RESULT], "pass"),
        (rule("trace_completeness"), [message(), bash("ls")], "fail"),
        (rule("trace_completeness"), [bash("ls"), RESULT], "fail"),
        (rule("trace_completeness"), [message()], "fail"),
        (rule("ai_percentage", "threshold = 50\n"), [changed("a")], "fail"),
        (rule("ai_percentage", "threshold = 50\n"), [message()], "pass"),
        (
            rule("ai_percentage", "threshold = 50\n"),
            [changed("a", 10), {"type": "commit", "payload": {"sha": "1", "insertions": 20}}],
            "pass",
        ),
        (
            rule("ai_percentage", "threshold = 40\n"),
            [changed("a", 10), changed("b", 10, actor={"type": "user"})],
            "fail",
        ),
        (rule("model_allowlist", 'models = ["claude"]\n'), [llm_call()], "pass"),
        (rule("model_allowlist", 'allowed_models = ["gpt"]\n'), [llm_call()], "fail"),
        (rule("sensitive_paths", 'patterns = ["src/auth/**"]\n'), [changed("/home/a/src/auth/x.py")], "fail"),
        (rule("sensitive_paths", 'patterns = ["src/auth/**"]\n'), [changed("src/other/auth.py")], "pass"),
        (rule("required_tool", 'tools = ["Bash(pytest*)"]\n'), [bash("cd x && pytest -q")], "pass"),
        (rule("required_tool", 'tools = ["Bash(pytest*)"]\n'), [bash("echo pytest")], "fail"),
        (rule("required_tool", 'tools = ["Bash", "Read"]\n'), [bash("ls"), tool_call("Read")], "pass"),
        (rule("required_tool", 'tools = ["Bash", "Read"]\n'), [bash("ls")], "fail"),
        (
            rule("conditional_tool", 'tools = ["Bash(pytest*)"]\nwhen_files_match = ["*.py"]\nmin_count = 2\n'),
            [changed("a.py"), bash("pytest")],
            "fail",
        ),
        (
            rule("conditional_tool", 'tools = ["Bash(pytest*)"]\nwhen_files_match = ["*.py"]\n'),
            [changed("a.py"), bash("pytest")],
            "pass",
        ),
        (
            rule("conditional_tool", 'tools = ["Bash(pytest*)"]\nwhen_files_match = ["*.py"]\n'),
            [changed("a.md")],
            "pass",
        ),
        (rule("forbidden_tool", 'tools = ["Bash(rm *)", "mcp__*"]\n'), [bash("ls; rm -rf x")], "fail"),
        (rule("forbidden_tool", 'tools = ["Bash(rm *)", "mcp__*"]\n'), [tool_call("mcp__db__drop")], "fail"),
        (rule("forbidden_tool", 'tools = ["Bash(rm *)", "mcp__*"]\n'), [bash("ls")], "pass"),
        (rule("token_budget", "max_tokens = 15\n"), [llm_call()], "pass"),
        (rule("token_budget", "max_tokens = 14\n"), [llm_call()], "fail"),
        (rule("token_budget", "max_cost_usd = 0.005\n"), [llm_call()], "fail"),
        (rule("token_budget", "max_cost_usd = 1\n"), [llm_call(cost_usd=None)], "fail"),
    ],
)
def test_conditions(governed, text, events, result):
    assert governed.policy(text).status == 200
    governed.workspace.trace("s", events)
    answer = check(governed).json
    assert [each["result"] for each in answer["results"]] == [result], answer
    assert (answer["passed"], answer["blocked"]) == (result == "pass", result == "fail")
    (said,) = answer["results"]
    assert (said["rule_name"], said["action"], said["severity"]) == ("r", "block_merge", "high")
    assert said["details"]


@pytest.mark.parametrize(
    ("action", "result", "passed", "blocked"),
    [
        ("warn", "warn", True, False),
        ("notify", "warn", True, False),
        ("require_review", "fail", False, False),
        ("block_push", "fail", False, True),
        ("block_merge", "fail", False, True),
    ],
)
def test_what_an_action_does(governed, action, result, passed, blocked):
    governed.policy(rule("required_tool", 'tools = ["x"]\n', action))
    governed.workspace.trace("s", [message()])
    answer = check(governed).json
    assert (answer["results"][0]["result"], answer["passed"], answer["blocked"]) == (result, passed, blocked)


def test_one_bad_session_of_many_is_named(governed):
    governed.policy(rule("required_tool", 'tools = ["Bash"]\n'))
    governed.workspace.trace("good", [bash("ls")])
    governed.workspace.trace("bad", [message()])
    (said,) = check(governed, "good", "bad").json["results"]
    assert (said["result"], said["details"]) == ("fail", "bad did not call Bash")


def test_the_default_policy_has_rules(governed):
    governed.workspace.trace("s", [message(), llm_call()])
    answer = check(governed).json
    assert answer["passed"]
    assert len(answer["results"]) == 4


@pytest.mark.parametrize("body", [{}, {"sessions": []}, {"sessions": [{"session_id": "a b"}]}, {"sessions": ["s"]}])
def test_bad_input(governed, body):
    answer = governed.stack.call("POST", PATH, key=governed.workspace.reader, body=body)
    assert (answer.status, answer.error["code"]) == (400, "bad_request")
