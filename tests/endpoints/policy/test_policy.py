"""GET and PUT /api/v1/policy."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.endpoints.governing import POLICY, Governed
from wakeline.domain.audit import AUDIT_TRACE_ID
from wakeline.domain.policy.default import DEFAULT

PATH = "/api/v1/policy"


@pytest.fixture
def governed(stack, workspace):
    return Governed(stack, workspace)


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_anonymous(stack, method):
    assert stack.call(method, PATH).status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("GET", PATH, key=workspace.writer).status == 403
    assert stack.call("PUT", PATH, key=workspace.key(), body=POLICY.encode()).status == 403


def test_another_workspaces_policy_is_not_seen(stack, governed, elsewhere):
    governed.policy()
    answer = stack.call("GET", PATH, key=elsewhere.reader)
    assert (answer.body.decode(), answer.headers["x-policy-version"]) == (DEFAULT, "0")
    assert stack.call("GET", PATH, key=elsewhere.reader, version=1).status == 404


def test_toml_in_toml_out(stack, governed):
    put = governed.policy()
    got = stack.call("GET", PATH, key=governed.admin)
    for answer in (put, got):
        assert (answer.status, answer.body.decode()) == (200, POLICY)
        assert answer.headers["content-type"] == "application/toml"
        assert (answer.headers["etag"], answer.headers["x-policy-version"]) == ('"1"', "1")
        # Pages of another origin, the console's, read no header that is not named to them.
        assert {"ETag", "X-Policy-Version"} <= set(answer.headers["access-control-expose-headers"].split(", "))


def test_versions_have_a_history(stack, governed):
    texts = [POLICY + f"# {number}\n" for number in range(3)]
    for number, text in enumerate(texts, 1):
        assert governed.policy(text).headers["x-policy-version"] == str(number)
    for number, text in enumerate([DEFAULT, *texts]):
        assert stack.call("GET", PATH, key=governed.admin, version=number).body.decode() == text
    assert stack.call("GET", PATH, key=governed.admin, version=4).status == 404
    assert stack.call("GET", PATH, key=governed.admin, version=-1).status == 400


def test_the_same_text_again_is_no_new_version(governed):
    governed.policy()
    assert governed.policy().headers["x-policy-version"] == "1"


def test_if_match(governed):
    assert governed.policy(If_Match='"0"').status == 200
    stale = governed.policy(POLICY + "# 2", If_Match='"0"')
    assert (stale.status, stale.error["code"]) == (409, "conflict")
    assert governed.policy(POLICY + "# 2", If_Match='"0", "1"').headers["etag"] == '"2"'
    assert governed.policy(POLICY + "# 3", If_Match="*").headers["etag"] == '"3"'
    assert governed.policy(POLICY + "# 4", If_Match="3").status == 400


def test_of_many_at_once_with_one_if_match_one_wins(governed):
    governed.policy()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: governed.policy(POLICY + f"# {n}", If_Match='"1"').status, range(6)))
    assert sorted(answers) == [200, 409, 409, 409, 409, 409]


def test_many_at_once_without_make_a_version_each(stack, governed):
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: governed.policy(POLICY + f"# {n}"), range(4)))
    assert sorted(answer.headers["x-policy-version"] for answer in answers) == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("", 1, "version"),
        ("version = 2", 1, "version"),
        ("version = 1\nname = ", 2, "policy"),
        ("version = 1\n[[rule]\n", 2, "policy"),
        ("version = 1\nversion = 1\n", 2, "policy"),
        ("version = 1\n\n[governance]\ndefault = 'maybe'\n", 4, "governance.default"),
        ("version = 1\n[[rule]]\nname = 'a'\neffect = 'allow'\nscope = ['x']\n", 5, "rule.0.scope"),
        ("version = 1\n[[rule]]\nname = 'a'\n", 2, "rule.0.effect"),
        ("version = 1\n[[rule]]\nname='a'\neffect='deny'\n[[rule]]\nname='a'\neffect='deny'\n", 6, "rule.1.name"),
        (
            "version = 1\n[[rule]]\nname='a'\neffect='allow'\n[rule.conditions]\nallowed_hours='9-17'\n",
            6,
            "rule.0.conditions.allowed_hours",
        ),
        (
            "version = 1\n[[rule]]\nname='a'\neffect='allow'\nconditions.max_cost_per_action_usd=-1\n",
            5,
            "rule.0.conditions.max_cost_per_action_usd",
        ),
        (
            "version = 1\n[[rule]]\nname='a'\neffect='deny'\n[rule.conditions]\nmax_actions_per_hour=3\n",
            5,
            "rule.0.conditions",
        ),
        ("version = 1\n[[session_rule]]\nname='a'\naction='warn'\n", 2, "session_rule.0"),
        (
            "version = 1\n[[session_rule]]\nname='a'\naction='warn'\ncondition='required_tool'\ntools=[]\n",
            6,
            "session_rule.0.tools",
        ),
        ("version = 1\n[retention]\ndays = 0\n", 3, "retention.days"),
        ("version = 1\n[redaction]\npatterns = 'aws'\n", 3, "redaction.patterns"),
    ],
)
def test_each_mistake_is_told_with_line_and_key_and_nothing_is_stored(governed, text, line, field):
    before = governed.workspace.stored()
    answer = governed.policy(text)
    assert (answer.status, answer.error["code"]) == (400, "bad_request")
    told = answer.error["details"][0]
    assert (told["line"], told["field"]) == (line, field)
    assert answer.error["message"].startswith(f"line {line}: ")
    assert governed.workspace.stored() == before


def test_all_mistakes_are_told_at_once(governed):
    text = "version = 1\nnope = 1\n[governance]\ndefault = 'x'\n[retention]\ndays = 'x'\n"
    details = governed.policy(text).error["details"]
    assert {(each["line"], each["field"]) for each in details} == {
        (2, "nope"),
        (4, "governance.default"),
        (6, "retention.days"),
    }


def test_what_is_no_toml_text(stack, governed):
    headers = {"Content-Type": "application/json"}
    assert stack.call("PUT", PATH, key=governed.admin, body=b"{}", headers=headers).status == 415
    deep = "version = 1\nx = " + "[" * 5000 + "]" * 5000
    assert governed.policy(deep).status == 400
    assert governed.policy("# " + "x" * 1024 * 1024).status == 413


def test_a_new_version_is_noted(stack, governed):
    governed.policy()
    (event,) = stack.call("GET", f"/api/v1/traces/{AUDIT_TRACE_ID}", key=governed.admin).json["events"]
    assert (event["payload"]["action"], event["payload"]["details"]["version"]) == ("policy.updated", 1)


def test_a_large_policy(stack, governed):
    rules = "".join(
        f"[[rule]]\nname = 'r{n}'\noperations = ['op-{n}-*']\neffect = 'allow'\nconditions.max_actions_per_hour = 9\n"
        for n in range(1000)
    )
    assert governed.policy("version = 1\n" + rules).status == 200
    governed.agent()
    assert governed.ask("op-999-x").json["policy_rule_id"] == "r999"
