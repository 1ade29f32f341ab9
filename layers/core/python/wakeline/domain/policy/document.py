"""What a policy document says, as models: every key that there is, and its bounds. Unknown keys are errors."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, StringConstraints

from wakeline.domain.ids import Label
from wakeline.domain.redaction import KINDS, kinds_of

from .hours import Hours

Effect = Literal["allow", "approval_required", "deny"]
Classification = Literal["public", "internal", "confidential", "restricted"]
Severity = Literal["low", "medium", "high", "critical"]
Action = Literal["warn", "block_push", "block_merge", "require_review", "notify"]

CLASSES: tuple[Classification, ...] = ("public", "internal", "confidential", "restricted")
"""From the least to the most sensitive."""

MAX_RULES = 2_000
MAX_SESSION_RULES = 200
MAX_PER_HOUR = 100_000
DAY_S = 86_400

Name = Annotated[Label, StringConstraints(max_length=200)]
Glob = Annotated[Label, StringConstraints(max_length=512)]
Globs = Annotated[list[Glob], Field(min_length=1, max_length=200)]
Dollars = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True, defer_build=True)


def _hours(text: str) -> str:
    Hours.read(text)
    return text


class Governance(_Part):
    """What happens where no rule matches."""

    default: Effect = "deny"


class Conditions(_Part):
    """Bounds within which a rule lets something through. Outside of them it denies."""

    max_actions_per_hour: Annotated[int, Field(ge=0, le=MAX_PER_HOUR)] | None = None
    allowed_hours: Annotated[str, AfterValidator(_hours)] | None = None
    max_cost_per_action_usd: Dollars | None = None


class Rule(_Part):
    """One governance rule. An absent list matches everything; globs know `*` and `?`, and case counts."""

    name: Name
    effect: Effect
    agents: Globs | None = None
    operations: Globs | None = None
    integrations: Globs | None = None
    scopes: Globs | None = None
    data_classification: Classification = "restricted"
    priority: Annotated[int, Field(ge=0, le=1_000_000)] = 100
    rationale: Annotated[str, StringConstraints(max_length=2_000)] | None = None
    approval_ttl_s: Annotated[int, Field(ge=1, le=30 * DAY_S)] = DAY_S
    conditions: Conditions = Conditions()


class _SessionRule(_Part):
    name: Name
    severity: Severity = "medium"
    action: Action


def _either(name: str, *others: str) -> Any:
    """A key and the other names by which it is known in the product whose policies these are."""
    return Field(validation_alias=AliasChoices(name, *others), min_length=1, max_length=200)


Tools = Annotated[list[Glob], _either("tools", "tool_names")]


class TraceCompleteness(_SessionRule):
    """The session was recorded whole: someone asked, the agent did something, every tool call has its result."""

    condition: Literal["trace_completeness"]


class AiPercentage(_SessionRule):
    """At most `threshold` percent of the lines that the session's commits add were written by the agent."""

    condition: Literal["ai_percentage"]
    threshold: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class ModelAllowlist(_SessionRule):
    """Only these models were used; a part of the name is enough."""

    condition: Literal["model_allowlist"]
    models: Annotated[list[Glob], _either("models", "allowed_models")]


class SensitivePaths(_SessionRule):
    """No file that matches one of these globs was changed."""

    condition: Literal["sensitive_paths"]
    patterns: Annotated[list[Glob], _either("patterns", "paths")]


class RequiredTool(_SessionRule):
    """Each of these tools was called."""

    condition: Literal["required_tool"]
    tools: Tools


class ConditionalTool(_SessionRule):
    """Where a file that matches was changed, the tools were called, together `min_count` times or more."""

    condition: Literal["conditional_tool"]
    tools: Tools
    when_files_match: Globs
    min_count: Annotated[int, Field(ge=1, le=10_000)] = 1


class ForbiddenTool(_SessionRule):
    """None of these tools was called."""

    condition: Literal["forbidden_tool"]
    tools: Tools


class TokenBudget(_SessionRule):
    """The session used no more than this; at least one of the two is set."""

    condition: Literal["token_budget"]
    max_tokens: Annotated[int, Field(ge=0, le=10**15)] | None = None
    max_cost_usd: Dollars | None = None


SessionRule = (
    TraceCompleteness
    | AiPercentage
    | ModelAllowlist
    | SensitivePaths
    | RequiredTool
    | ConditionalTool
    | ForbiddenTool
    | TokenBudget
)


def _known(name: str) -> str:
    if not kinds_of(name):
        raise ValueError(f"unknown pattern; there are {', '.join(KINDS)}, and what they begin with")
    return name


class Redaction(_Part):
    """Which kinds of secret are taken out of what is recorded: names of kinds, or how they begin."""

    patterns: Annotated[list[Annotated[Name, AfterValidator(_known)]], Field(max_length=100)] = []


class Retention(_Part):
    """For how many days traces are kept: `days` None keeps them. Governed ones are kept for a time of their own, at
    least; seven years where nothing is said.
    """

    days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    governed_days: Annotated[int, Field(ge=1, le=36_500)] = 2_555


class Document(_Part):
    """A whole policy."""

    version: Literal[1]
    governance: Governance = Governance()
    rule: Annotated[list[Rule], Field(max_length=MAX_RULES)] = []
    session_rule: Annotated[
        list[Annotated[SessionRule, Field(discriminator="condition")]], Field(max_length=MAX_SESSION_RULES)
    ] = []
    redaction: Redaction = Redaction()
    retention: Retention = Retention()
