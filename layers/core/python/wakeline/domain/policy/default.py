"""The policy of a workspace that has not set one, version 0. docs/governance.md shows and explains it."""

DEFAULT = """\
# Wakeline's default policy. PUT your own to /api/v1/policy; this is version 0.
version = 1

[governance]
default = "deny"                      # what no rule covers is not done

[[rule]]
name = "reading what is not confidential"
operations = ["read*", "get*", "list*", "search*", "describe*", "query*"]
data_classification = "internal"
effect = "allow"
priority = 100

[[rule]]
name = "everything else short of restricted data asks a person"
data_classification = "confidential"
effect = "approval_required"
priority = 50
approval_ttl_s = 86400

[[session_rule]]
name = "the session was recorded whole"
condition = "trace_completeness"
severity = "medium"
action = "warn"

[[session_rule]]
name = "most lines are not the agent's alone"
condition = "ai_percentage"
threshold = 90
severity = "medium"
action = "warn"

[[session_rule]]
name = "sensitive code gets a second look"
condition = "sensitive_paths"
patterns = ["*payment*", "*auth*", "*security*", "*crypto*"]
severity = "high"
action = "require_review"

[[session_rule]]
name = "no runaway session"
condition = "token_budget"
max_tokens = 500000
max_cost_usd = 50.0
severity = "medium"
action = "warn"
"""
