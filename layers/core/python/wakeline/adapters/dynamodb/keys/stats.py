"""Keys of statistics, budgets, configuration and commits."""


def rollup_pk(workspace_id: str, generation: int, scope: str) -> str:
    """`R#ws_1#0#W`: rows of a workspace, of a project (`P.proj_1`), or of a folder in one (`D.<32 hex digits>`)."""
    return f"R#{workspace_id}#{generation}#{scope}"


def rollup_sk(kind: str, day: str) -> str:
    """`main#2026-03-21`: the row of a day; of all days, `main#EVER`."""
    return f"{kind}#{day}"


def rollup_scopes_pk(workspace_id: str, generation: int) -> str:
    """`RS#ws_1#0`: which scopes a generation has rows of, so that they can be found again."""
    return f"RS#{workspace_id}#{generation}"


def generations_pk(workspace_id: str) -> str:
    """`RG#ws_1`: which generation of rows is read, and which is written."""
    return f"RG#{workspace_id}"


GENERATIONS = "GENERATIONS"
ROLLED = "ROLLED"
"""Beside a trace's HEAD: what of it is in the rows."""


def budgets_pk(workspace_id: str) -> str:
    """`BU#ws_1`: the budgets of a workspace, and what was told of them."""
    return f"BU#{workspace_id}"


BUDGETS_FROM = "BUDGET#"
BUDGETS_TO = "BUDGET$"


def budget_sk(budget_id: str) -> str:
    """`BUDGET#bud_9`: one budget."""
    return f"BUDGET#{budget_id}"


ALERTS_FROM = "ALERT#"


def alert_sk(budget_id: str, period_start: str, level: str) -> str:
    """`ALERT#bud_9#2026-03-01#exceeded`: that it was crossed in the period that began then."""
    return f"ALERT#{budget_id}#{period_start}#{level}"


def config_pk(workspace_id: str) -> str:
    """`CF#ws_1`: the configuration of a workspace."""
    return f"CF#{workspace_id}"


CONFIG = "CURRENT"


def config_version_sk(version: int) -> str:
    """`VERSION#00000012`: the configuration as it was."""
    return f"VERSION#{version:08d}"


COMMITS_FROM = "COMMIT#"
COMMITS_TO = "COMMIT$"


def commit_sk(sha: str) -> str:
    """`COMMIT#<sha>`: beside a trace's HEAD, a commit that was made in it."""
    return f"COMMIT#{sha}"


def sync_pk(workspace_id: str) -> str:
    """`GS#ws_1`: requests to link commits; their ids, `syn_…`, are the sort keys."""
    return f"GS#{workspace_id}"
