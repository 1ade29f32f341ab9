"""POST /api/policy/dry-run."""

import pytest

from local.engine import record_calls
from tests.endpoints.governing import POLICY, Governed
from tests.endpoints.stack import within_a_minute

PATH = "/api/policy/dry-run"
TOML = {"Content-Type": "application/toml"}


@pytest.fixture
def governed(stack, workspace):
    return Governed(stack, workspace).ready()


def tried(governed, text=POLICY, key=None, headers=TOML, **query):
    key = key or governed.workspace.reader
    return governed.stack.call("POST", PATH, key=key, body=text.encode(), headers=headers, **query)


def told(answer):
    assert answer.status == 200, answer.body
    assert answer.json["evaluated"] == len(answer.json["results"])
    assert answer.json["changed"] == sum(each["changed"] for each in answer.json["results"])
    return answer.json["results"]


def rule(effect, said=""):
    return f'version = 1\n[[rule]]\nname = "all"\ndata_classification = "restricted"\neffect = "{effect}"\n{said}'


def test_anonymous(stack):
    assert stack.call("POST", PATH, body=POLICY.encode(), headers=TOML).status == 401


def test_missing_scope(stack, workspace):
    assert tried(Governed(stack, workspace), key=workspace.writer).status == 403


def test_another_workspaces_evaluations_are_not_there(governed, stack, elsewhere):
    governed.ask("read")
    assert told(tried(Governed(stack, elsewhere))) == []


def test_a_projects_key_sees_its_projects(governed, workspace):
    governed.ask("read")
    assert told(tried(governed, key=workspace.key(project="proj_2"))) == []
    assert len(told(tried(governed, key=workspace.key(project="proj_1")))) == 1


def test_the_policy_in_force_says_again_what_it_said(governed):
    for operation in ("read", "deploy", "drop"):
        assert governed.ask(operation).status == 200
    results = told(tried(governed))
    assert [(each["operation"], each["after"]["decision"]) for each in results] == [
        ("drop", "deny"),
        ("deploy", "approval_required"),
        ("read", "allow"),
    ]
    assert [each["after"] for each in results] == [each["before"] for each in results]
    assert not any(each["changed"] for each in results)


def test_a_rule_may_give_any_reason(governed):
    governed.policy(POLICY.replace("a person looks first", "the agent is not trusted there"))
    governed.ask("deploy")
    (result,) = told(tried(governed))
    assert result["before"]["reason"] == "the agent is not trusted there"


def test_another_policy_says_otherwise(governed):
    trace_id = governed.ask("deploy").json["trace_id"]
    (result,) = told(tried(governed, rule("allow")))
    assert result == {
        "trace_id": trace_id,
        "asked_at": result["asked_at"],
        "agent_id": "deploy-agent",
        "agent_name": "deploy-agent",
        "operation": "deploy",
        "target_integration": "aws",
        "resource_scope": "production/web",
        "data_classification": "internal",
        "before": {
            "decision": "approval_required",
            "policy_rule_id": "deploys need a person",
            "reason": "a person looks first",
        },
        "after": {"decision": "allow", "policy_rule_id": "all", "reason": "rule 'all'"},
        "changed": True,
    }


def test_nothing_is_changed_by_it(governed):
    governed.ask("deploy")
    before = governed.workspace.stored()
    in_force = governed.stack.call("GET", "/api/v1/policy", key=governed.workspace.reader).body
    told(tried(governed, rule("deny")))
    assert governed.workspace.stored() == before
    assert governed.stack.call("GET", "/api/v1/policy", key=governed.workspace.reader).body == in_force


def test_what_the_agent_said_of_the_cost_counts(governed):
    governed.ask("read", context={"estimated_cost_usd": 3})
    governed.ask("read", context={"estimated_cost_usd": 30})
    governed.ask("read")
    results = told(tried(governed, rule("allow", "[rule.conditions]\nmax_cost_per_action_usd = 10\n")))
    assert [each["after"]["decision"] for each in results] == ["deny", "deny", "allow"]


def test_what_the_record_cannot_tell_is_named(governed):
    governed.ask("read")
    answer = tried(governed, rule("allow", "[rule.conditions]\nmax_actions_per_hour = 1\n")).json
    assert answer["not_considered"] == ["max_actions_per_hour"]
    assert tried(governed).json["not_considered"] == []


def test_an_agent_that_was_not_active_was_not_the_policys_to_judge(governed):
    assert (
        governed.stack.call(
            "PATCH", "/api/v1/agents/deploy-agent", key=governed.admin, body={"lifecycle_state": "suspended"}
        ).status
        == 200
    )
    assert governed.ask("read").json["decision"] == "deny"
    assert told(tried(governed, rule("allow"))) == []


def test_the_newest_first_and_no_more_than_asked_for(governed):
    for operation in ("one", "two", "three"):
        governed.ask(operation)
    assert [each["operation"] for each in told(tried(governed, limit=2))] == ["three", "two"]


def test_runs_that_nobody_governed_are_passed_over(governed):
    governed.workspace.trace("trc_1")
    assert told(tried(governed)) == []


def test_mistakes_are_named_with_their_line(governed):
    answer = tried(governed, f"{POLICY}\n[[rule]]\nname = 'x'\nefect = 'allow'\n")
    assert answer.status == 422
    assert {detail["line"] for detail in answer.error["details"]} >= {len(POLICY.split("\n")) + 3}


@pytest.mark.parametrize(
    ("text", "headers", "query", "status"),
    [
        (POLICY, {"Content-Type": "application/json"}, {}, 415),
        (POLICY, TOML, {"limit": 0}, 422),
        (POLICY, TOML, {"limit": 201}, 422),
        ("x" * 2_000_000, TOML, {}, 413),
    ],
)
def test_what_does_not_fit(governed, text, headers, query, status):
    assert tried(governed, text, headers=headers, **query).status == status


@pytest.mark.parametrize("count", [1, 20])
def test_what_it_costs(governed, count):
    for _ in range(count):
        governed.ask("read")
    within_a_minute()
    tried(governed)
    with record_calls() as calls:
        assert len(told(tried(governed))) == count
    assert calls.operations == ["UpdateItem", "Query", "BatchGetItem"]
