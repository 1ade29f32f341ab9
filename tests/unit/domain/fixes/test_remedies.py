"""The fix that every label has."""

import re
import tomllib

import pytest

from tests.factories import make_trace
from wakeline.domain.detectors import DETECTORS
from wakeline.domain.fixes.changes import applied, unified
from wakeline.domain.fixes.evidence import evidence_of
from wakeline.domain.fixes.remedies import ALLOWED, POLICY, fix_of
from wakeline.domain.incidents.fault import Fault
from wakeline.domain.incidents.incident import Occurrence, opened
from wakeline.domain.policy.reading import read


def evidence(label="retry_loop", files=(), agent="deployer"):
    fault = Fault(label, (label,), agent, "bash: denied", 0.8, 5, (5, 7), "It failed.")
    incident = opened(
        "ws", "p", fault, Occurrence.of("trc_1", "2026-03-21T10:00:00.000Z", fault), "2026-03-21T10:00:00.000Z"
    )
    return evidence_of(incident, make_trace(), [], dict(files), None)


@pytest.mark.parametrize("label", [*DETECTORS, "of_a_service"])
def test_each_label_has_a_plan_and_a_diff_that_applies(label):
    fix = fix_of(evidence(label), ALLOWED)
    after = applied({}, fix.changes, ALLOWED)
    assert len(fix.plan) >= 3
    assert any(path.startswith(".wakeline/regressions/inc_") for path in after)
    assert len(after) >= 2
    assert unified({}, after).count("+++ b/") == len(after)
    assert fix.substitutions[0]["kind"] == "prompt"
    assert not re.search(r"[{}]", " ".join(fix.plan)), "a place that was not filled in"
    if POLICY in after:
        assert read(after[POLICY]).governance.default == "allow"


def test_a_policy_that_is_there_is_added_to():
    before = 'version = 1\n\n[[rule]]\nname = "mine"\neffect = "deny"\n'
    made = evidence("forbidden_action", {POLICY: before})
    after = applied(made.files, fix_of(made, ALLOWED).changes, ALLOWED)
    assert after[POLICY].startswith(before)
    assert tomllib.loads(after[POLICY])["rule"][0]["name"] == "mine"
    assert len(tomllib.loads(after[POLICY])["rule"]) == 2


def test_the_prompt_that_was_given_is_added_to():
    made = evidence("goal_mismatch", {"prompts/system.md": "You book flights."})
    after = applied(made.files, fix_of(made, ALLOWED).changes, ALLOWED)
    assert after["prompts/system.md"].startswith("You book flights.\n\n## Goal mismatch")
    assert "AGENTS.md" not in after


def test_only_allowed_paths_are_changed():
    fix = fix_of(evidence("forbidden_action"), ["AGENTS.md"])
    assert {change.path for change in fix.changes} == {"AGENTS.md"}
    none = fix_of(evidence("forbidden_action"), ["src/*.py"])
    assert none.changes == ()
    assert any(step.startswith("Tell the agent") for step in none.plan)


def test_names_of_agents_and_tools_mean_nothing_in_the_files():
    made = evidence("forbidden_action", agent='x"\n[governance]\ndefault = "allow')
    text = applied({}, fix_of(made, ALLOWED).changes, ALLOWED)[POLICY]
    assert tomllib.loads(text).keys() == {"version", "governance", "rule"}
