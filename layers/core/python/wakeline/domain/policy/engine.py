"""The policy engine: which rule an action falls under, and what follows. Pure.

Of the rules that match, the one of the highest priority counts; on a tie the more specific one; on a tie again the more
restrictive one; and then the one whose name sorts first. The order of rules in the document never matters.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import attrgetter

from .document import CLASSES, Classification, Document, Effect, Rule
from .globs import specificity
from .hours import Hours

_STRICT: dict[Effect, int] = {"allow": 0, "approval_required": 1, "deny": 2}

_WEIGHTY = ("delete", "remove", "send", "export", "drop", "revoke")


@dataclass(frozen=True, slots=True)
class Action:
    """What an agent asks to do. `cost_usd` is what it says that will cost; None when it does not say."""

    agent_id: str
    agent_name: str
    operation: str
    target_integration: str
    resource_scope: str
    data_classification: Classification
    cost_usd: float | None = None

    @property
    def level(self) -> int:
        """1 for public data to 4 for restricted data."""
        return CLASSES.index(self.data_classification) + 1

    @property
    def risk(self) -> str:
        """The class level, twice that where data would be destroyed or leave: low, medium, high or critical."""
        score = self.level * (2 if any(word in self.operation.lower() for word in _WEIGHTY) else 1)
        return "critical" if score >= 7 else "high" if score >= 5 else "medium" if score >= 3 else "low"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy says to an action, why, and by which rule (None: the default)."""

    effect: Effect
    reason: str
    rule: Rule | None = None

    @property
    def counts(self) -> bool:
        """Whether the action counts towards its rule's actions per hour: it is let through, now or by a person."""
        return self.effect != "deny" and self.rule is not None and self.rule.conditions.max_actions_per_hour is not None


class Policy:
    """A document, ready to be asked."""

    def __init__(self, document: Document) -> None:
        self.document = document

    @cached_property
    def _by_priority(self) -> list[list[Rule]]:
        groups: dict[int, list[Rule]] = {}
        for rule in sorted(self.document.rule, key=attrgetter("priority"), reverse=True):
            groups.setdefault(rule.priority, []).append(rule)
        return list(groups.values())

    def rule_for(self, action: Action) -> Rule | None:
        """The rule that an action falls under."""
        for rules in self._by_priority:
            matching = [(found, rule) for rule in rules if (found := _match(rule, action)) is not None]
            if matching:
                return min(matching, key=lambda each: (-each[0], -_STRICT[each[1].effect], each[1].name))[1]
        return None

    def decide(self, action: Action, now: datetime, used: int = 0) -> Verdict:
        """What follows for an action at this moment, its agent having done `used` actions under its rule in this hour.

        A rule outside of whose conditions the action lies denies it.
        """
        rule = self.rule_for(action)
        if rule is None:
            return Verdict(self.document.governance.default, "no rule matches; the policy's default applies")
        outside = _outside(rule, action, now, used)
        if outside is not None:
            return Verdict("deny", f"rule '{rule.name}': {outside}", rule)
        return Verdict(rule.effect, rule.rationale or f"rule '{rule.name}'", rule)


def _match(rule: Rule, action: Action) -> int | None:
    """How specifically a rule matches; None when it does not. A lower highest class breaks ties of the patterns."""
    ceiling = CLASSES.index(rule.data_classification) + 1
    if action.level > ceiling:
        return None
    total = 0
    for patterns, texts in (
        (rule.operations, (action.operation,)),
        (rule.integrations, (action.target_integration,)),
        (rule.scopes, (action.resource_scope,)),
        (rule.agents, (action.agent_id, action.agent_name)),
    ):
        if patterns is None:
            continue
        best = -1
        for pattern in patterns:
            for text in texts:
                found = specificity(pattern, text)
                if found is not None and found > best:
                    best = found
        if best < 0:
            return None
        total += best
    return total * len(CLASSES) + len(CLASSES) - ceiling


def _outside(rule: Rule, action: Action, now: datetime, used: int) -> str | None:
    """Which of a rule's conditions does not hold, in words."""
    bounds = rule.conditions
    if bounds.allowed_hours is not None and not Hours.read(bounds.allowed_hours).admit(now):
        return f"only within {bounds.allowed_hours}"
    if bounds.max_cost_per_action_usd is not None:
        if action.cost_usd is None:
            return "it bounds the cost of an action, and context.estimated_cost_usd is missing"
        if action.cost_usd > bounds.max_cost_per_action_usd:
            return f"costs more than {bounds.max_cost_per_action_usd:g} USD"
    if bounds.max_actions_per_hour is not None and used >= bounds.max_actions_per_hour:
        return f"more than {bounds.max_actions_per_hour} actions in an hour"
    return None
