"""Which rule counts: by priority, then the more specific, then the stricter; never by the order in the document."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeline.domain.policy import Action, Document, Policy
from wakeline.domain.policy.document import CLASSES, Rule
from wakeline.domain.policy.globs import matches, specificity

NOON = datetime(2026, 3, 21, 12, tzinfo=UTC)
STRICT = {"allow": 0, "approval_required": 1, "deny": 2}


def action(**said):
    facts = {
        "agent_id": "agt_1",
        "agent_name": "deploy-agent",
        "operation": "deploy",
        "target_integration": "aws",
        "resource_scope": "production/web",
        "data_classification": "internal",
        **said,
    }
    return Action(**facts)


def policy(*rules, default="deny"):
    made = [{"name": f"r{place}", "effect": "allow", **rule} for place, rule in enumerate(rules)]
    return Policy(Document.model_validate({"version": 1, "governance": {"default": default}, "rule": made}))


def decided(*rules, now=NOON, used=0, default="deny", **said):
    verdict = policy(*rules, default=default).decide(action(**said), now, used)
    return verdict.effect, verdict.rule.name if verdict.rule else None


@pytest.mark.parametrize("default", ["allow", "approval_required", "deny"])
def test_where_no_rule_matches_the_default_counts(default):
    assert decided({"operations": ["read"]}, default=default) == (default, None)


def test_higher_priority_first():
    assert decided({"effect": "deny", "priority": 1}, {"priority": 2}) == ("allow", "r1")


def test_on_a_tie_the_more_specific():
    general, special = {"effect": "deny"}, {"operations": ["deploy"]}
    assert decided(general, special) == ("allow", "r1")
    assert decided({"operations": ["dep*"], "effect": "deny"}, special) == ("allow", "r1")
    assert (
        decided({"data_classification": "restricted", "effect": "deny"}, {"data_classification": "internal"})[0]
        == "allow"
    )


def test_on_a_tie_of_both_the_stricter():
    assert decided({"operations": ["deploy"]}, {"operations": ["deploy"], "effect": "deny"}) == ("deny", "r1")
    assert decided({}, {"effect": "approval_required"}) == ("approval_required", "r1")


@pytest.mark.parametrize(
    ("rule", "said", "applies"),
    [
        ({"agents": ["deploy-*"]}, {}, True),
        ({"agents": ["agt_1"]}, {}, True),
        ({"agents": ["agt_2"]}, {}, False),
        ({"integrations": ["aws"]}, {"target_integration": "AWS"}, False),
        ({"scopes": ["production/*"]}, {"resource_scope": "production/a/b"}, True),
        ({"scopes": ["production/*"]}, {"resource_scope": "staging/production/a"}, False),
        ({"data_classification": "internal"}, {"data_classification": "confidential"}, False),
        ({"data_classification": "confidential"}, {"data_classification": "public"}, True),
    ],
)
def test_what_a_rule_covers(rule, said, applies):
    assert decided(rule, **said) == (("allow", "r0") if applies else ("deny", None))


def test_conditions_bound_what_is_let_through():
    hours = {"conditions": {"allowed_hours": "08:00-18:00 Europe/Berlin"}}
    assert decided(hours, now=datetime(2026, 3, 21, 7, tzinfo=UTC))[0] == "allow"
    assert decided(hours, now=datetime(2026, 3, 21, 6, 59, tzinfo=UTC)) == ("deny", "r0")
    assert decided(hours, now=datetime(2026, 3, 21, 17, tzinfo=UTC)) == ("deny", "r0")
    assert decided(hours, now=datetime(2026, 7, 21, 6, tzinfo=UTC))[0] == "allow"
    rate = {"conditions": {"max_actions_per_hour": 2}, "effect": "approval_required"}
    assert decided(rate, used=1)[0] == "approval_required"
    assert decided(rate, used=2)[0] == "deny"
    cost = {"conditions": {"max_cost_per_action_usd": 1}}
    assert [decided(cost, cost_usd=each)[0] for each in (None, 1.0, 1.01)] == ["deny", "allow", "deny"]


def test_outside_of_its_conditions_a_rule_denies_and_no_other_takes_its_place():
    assert decided({"priority": 2, "conditions": {"max_actions_per_hour": 0}}, {"priority": 1}) == ("deny", "r0")


@pytest.mark.parametrize(
    ("said", "risk"),
    [
        ({"data_classification": "public"}, "low"),
        ({"data_classification": "confidential"}, "medium"),
        ({"data_classification": "confidential", "operation": "exportAll"}, "high"),
        ({"data_classification": "restricted", "operation": "DELETE"}, "critical"),
    ],
)
def test_risk(said, risk):
    assert action(**said).risk == risk


WORDS = st.sampled_from(
    ["deploy", "dep*", "*", "d?ploy", "read", "re*", "prod/*", "prod/web", "aws", "agt_1", "deploy-*"]
)
GLOBS = st.none() | st.lists(WORDS, min_size=1, max_size=3)
RULES = st.lists(
    st.fixed_dictionaries(
        {
            "agents": GLOBS,
            "operations": GLOBS,
            "integrations": GLOBS,
            "scopes": GLOBS,
            "effect": st.sampled_from(list(STRICT)),
            "priority": st.integers(0, 2),
            "data_classification": st.sampled_from(CLASSES),
        }
    ),
    max_size=8,
)
ACTIONS = st.builds(
    action,
    operation=st.sampled_from(["deploy", "read", "drop"]),
    target_integration=st.sampled_from(["aws", "gcp"]),
    resource_scope=st.sampled_from(["prod/web", "prod/db", "dev"]),
    data_classification=st.sampled_from(CLASSES),
)


def covers(rule: Rule, asked: Action) -> bool:
    """Whether a rule matches, told anew from its parts."""
    pairs = (
        (rule.operations, [asked.operation]),
        (rule.integrations, [asked.target_integration]),
        (rule.scopes, [asked.resource_scope]),
        (rule.agents, [asked.agent_id, asked.agent_name]),
    )
    inside = CLASSES.index(asked.data_classification) <= CLASSES.index(rule.data_classification)
    return inside and all(
        patterns is None or any(matches(pattern, text) for pattern in patterns for text in texts)
        for patterns, texts in pairs
    )


@given(RULES, ACTIONS, st.randoms(use_true_random=False))
def test_no_order_of_rules_changes_what_is_decided(rules, asked, chance: random.Random):
    named = [{"name": f"r{place}", **rule} for place, rule in enumerate(rules)]
    shuffled = chance.sample(named, len(named))
    verdicts = [
        Policy(Document.model_validate({"version": 1, "rule": each})).decide(asked, NOON) for each in (named, shuffled)
    ]
    assert verdicts[0] == verdicts[1]


@given(RULES, ACTIONS, st.randoms(use_true_random=False))
def test_no_order_lets_a_denied_action_through_on_equal_priority(rules, asked, chance: random.Random):
    """What is let through was let through by a rule that is more specific than every denial of its priority."""
    named = [{"name": f"r{place}", **rule} for place, rule in enumerate(chance.sample(rules, len(rules)))]
    made = Policy(Document.model_validate({"version": 1, "rule": named}))
    found = made.rule_for(asked)
    matching = [rule for rule in made.document.rule if covers(rule, asked)]
    assert (found is None) == (not matching)
    if found is None:
        return
    assert found.priority == max(rule.priority for rule in matching)
    if found.effect == "deny":
        return
    for rule in matching:
        if rule.priority == found.priority and STRICT[rule.effect] > STRICT[found.effect]:
            assert weight(found, asked) > weight(rule, asked)


def weight(rule: Rule, asked: Action) -> tuple[int, int]:
    """How specific a rule is for an action: patterns first, then the class it is bounded to."""
    pairs = (
        (rule.operations, [asked.operation]),
        (rule.integrations, [asked.target_integration]),
        (rule.scopes, [asked.resource_scope]),
        (rule.agents, [asked.agent_id, asked.agent_name]),
    )
    said = sum(
        max(specificity(pattern, text) or 0 for pattern in patterns for text in texts if matches(pattern, text))
        for patterns, texts in pairs
        if patterns is not None
    )
    return said, -CLASSES.index(rule.data_classification)
