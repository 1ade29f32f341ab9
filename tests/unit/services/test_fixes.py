"""The fix agent: a model that answers, one that does not, a repository that takes the fix, and one that does not."""

import json

import pytest

from tests.fakes.audit import audit_log
from tests.unit.services.analysis_world import CALLER, World, asked, called, denied
from wakeline.domain.errors import NotFound
from wakeline.domain.fixes.outside import FixUnavailable, PullRequest
from wakeline.services import fixes, traces
from wakeline.services.fixes import FixRequest

GOOD = {
    "summary": "Ask before deploying.",
    "plan": ["Add the rule.", "Replay."],
    "changes": [{"path": "AGENTS.md", "content": "# Rules\n\nAsk before deploying.\n"}],
    "confidence": 0.7,
}


class Model:
    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def ask(self, instructions, evidence, schema):
        self.asked.append((instructions, evidence, schema))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Repo:
    def __init__(self, files=None, fails=None):
        self.files, self.fails, self.drafts = files or {}, fails or set(), []

    def read(self, paths):
        if "read" in self.fails:
            raise FixUnavailable("GitHub answered 500 to GET /repos/a/b")
        return {path: text for path, text in self.files.items() if path in paths}

    def open_draft(self, branch, title, body, files):
        if "draft" in self.fails:
            raise FixUnavailable("GitHub answered 403 to POST /repos/a/b/pulls")
        self.drafts.append((branch, title, body, files))
        return PullRequest("https://github.test/a/b/pull/7", 7, branch, "a/b")


@pytest.fixture
def world():
    world = World()
    world.run("a", *denied(), agent="deployer", repo="a/b", user_goal="Deploy for ann@example.com")
    world.failed = world.analysed("a").incidents[0]
    return world


def dispatch(world, model=None, repo=None, **request):
    names = []

    def connected(name):
        names.append(name)
        return repo

    answer = fixes.dispatch(
        world.stores, world.env, audit_log(), CALLER, world.failed.id, FixRequest(**request), model, connected
    )
    assert names == ["a/b"]
    return answer


def test_without_a_model_it_is_the_labels_remedy(world):
    answer = dispatch(world)
    assert (answer["runner"], answer["fallback"]) == ("deterministic", True)
    assert answer["fallback_reason"] == "no model is configured"
    assert answer["changed_files"] == sorted(answer["changed_files"]) != []
    assert "deploy" in answer["summary"]
    assert answer["evidence_refs"][:2] == [0, 1]
    assert (answer["pull_request"], answer["pull_request_reason"]) == (None, None)
    assert dispatch(world) == answer


def test_a_model_that_answers(world):
    model = Model(GOOD)
    answer = dispatch(world, model, files={"AGENTS.md": "# Rules\n"})
    assert (answer["runner"], answer["fallback"], answer["fallback_reason"]) == ("bedrock", False, None)
    assert (answer["summary"], answer["plan"], answer["confidence"]) == (GOOD["summary"], GOOD["plan"], 0.7)
    assert answer["changed_files"] == ["AGENTS.md"]
    assert answer["diff"].endswith("@@ -1 +1,3 @@\n # Rules\n+\n+Ask before deploying.\n")


def test_what_a_model_sees_is_redacted_and_bounded(world):
    world.run(
        "b",
        asked("Deploy"),
        *called("deploy", {"api_key": "hunter2hunter2", "x": "y" * 50_000}, "denied: sk-" + "a1B2" * 8),
    )
    world.failed = world.analysed("b").incidents[0]
    world.ledger.traces["ws_1", "b"] = world.ledger.head("ws_1", "b")
    model = Model(GOOD)
    fixes.dispatch(
        world.stores,
        world.env,
        audit_log(),
        CALLER,
        world.failed.id,
        FixRequest(instructions="mind bob@example.com"),
        model,
        lambda _: None,
    )
    (_, evidence, schema) = model.asked[0]
    for secret in ("hunter2", "a1B2a1B2", "bob@example.com"):
        assert secret not in evidence
    assert len(evidence) < 20_000
    assert "critical_step_seq" in evidence
    assert schema["required"] == ["summary", "plan", "changes", "confidence"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (FixUnavailable("the model did not answer: ReadTimeoutError"), "did not answer"),
        ("text", "does not fit"),
        (None, "does not fit"),
        ({**GOOD, "confidence": 7}, "confidence"),
        ({**GOOD, "plan": []}, "plan"),
        ({**GOOD, "changes": [{"path": "src/main.py", "content": "x"}]}, "outside the allowed paths"),
        ({**GOOD, "changes": [{"path": "../../etc/passwd", "content": "x"}]}, "outside the allowed paths"),
        ({**GOOD, "changes": [{"path": "AGENTS.md", "old": "absent", "content": "x"}]}, "not given"),
    ],
)
def test_a_model_that_answers_unusably(world, answer, why):
    made = dispatch(world, Model(answer))
    assert (made["runner"], made["fallback"]) == ("deterministic", True)
    assert why in made["fallback_reason"]
    assert made["diff"]


def test_nothing_may_be_changed(world):
    answer = dispatch(world, allowed_paths=["src/*.py"])
    assert (answer["diff"], answer["changed_files"]) == ("", [])
    assert answer["plan"]


def test_a_draft_is_opened_where_a_repository_is_connected(world):
    repo = Repo({"AGENTS.md": "# Ours\n", "src/x.py": "secret"})
    answer = dispatch(world, repo=repo)
    ((branch, _, body, files),) = repo.drafts
    assert branch == f"wakeline/{world.failed.id}"
    assert files.keys() == set(answer["changed_files"])
    assert files["AGENTS.md"].startswith("# Ours\n")
    assert world.failed.id in body
    assert answer["pull_request"] == {
        "url": "https://github.test/a/b/pull/7", "number": 7, "branch": branch, "repo": "a/b",
    }  # fmt: skip
    after = world.incidents.get("ws_1", world.failed.id)
    assert after.pr_url == "https://github.test/a/b/pull/7"
    assert after.history[-1]["action"] == "fix_proposed"
    assert after.history[-1]["pr_url"] == after.pr_url


def test_no_draft_when_none_is_wanted(world):
    repo = Repo()
    assert dispatch(world, repo=repo, pull_request=False)["pull_request"] is None
    assert repo.drafts == []


@pytest.mark.parametrize("fails", ["read", "draft"])
def test_a_repository_that_fails_keeps_no_fix_from_coming(world, fails):
    answer = dispatch(world, Model(GOOD), Repo(fails={fails}))
    assert (answer["runner"], answer["pull_request"]) == ("bedrock", None)
    assert "GitHub answered" in answer["pull_request_reason"]
    assert world.incidents.get("ws_1", world.failed.id).pr_url is None


def test_it_is_kept_for_who_comes_later(world):
    answer = dispatch(world)
    assert world.incidents.fix("ws_1", world.failed.id) == json.loads(json.dumps(answer))


def test_an_incident_whose_run_is_gone(world):
    traces.delete(world.ledger, world.env, audit_log(), CALLER, "a")
    with pytest.raises(NotFound):
        fixes.dispatch(
            world.stores, world.env, audit_log(), CALLER, world.failed.id, FixRequest(), None, lambda _: None
        )
