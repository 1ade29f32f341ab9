"""What statistics, budgets, configuration, commits and reports use."""

from typing import TYPE_CHECKING, Any

from wakeline import settings
from wakeline.wiring import env, ledger, secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from wakeline.domain.caller import Caller
    from wakeline.services.budget_ports import BudgetStore
    from wakeline.services.commit_ports import CommitSource, CommitStore
    from wakeline.services.config_ports import ConfigStore
    from wakeline.services.rollup_ports import RollupStore
    from wakeline.services.stats import Question, Reader


def rollups() -> "RollupStore":
    """Rows of counters and the marks of traces."""
    from wakeline.adapters.dynamodb.rollups import DynamoRollups

    return DynamoRollups()


def config() -> "ConfigStore":
    """Settings of workspaces."""
    from wakeline.adapters.dynamodb.config import DynamoConfig

    return DynamoConfig()


def budgets() -> "BudgetStore":
    """Budgets of workspaces."""
    from wakeline.adapters.dynamodb.budgets import DynamoBudgets

    return DynamoBudgets()


def commits() -> "CommitStore":
    """Commits of sessions."""
    from wakeline.adapters.dynamodb.commits import DynamoCommits

    return DynamoCommits()


def commit_sources() -> "list[CommitSource]":
    """Where commits are read from: on the local stack the checkouts on this machine first, and GitHub."""
    from wakeline.adapters.git.checkout import Checkout
    from wakeline.adapters.github.commits import GitHubCommits

    name = settings.github_secret_name()
    github = GitHubCommits(settings.github_api_url(), lambda: secret(name) if name else "")
    return [Checkout(), github] if settings.local_checkouts() else [github]


def reader(caller: "Caller", asked: "Question") -> "Reader":
    """The rows that a question about statistics is about."""
    return opener(caller.workspace_id)(asked)


def opener(workspace_id: str) -> "Callable[[Question], Reader]":
    """What finds the rows of a workspace that a question is about."""
    from wakeline.services.stats import open_reader

    return lambda asked: open_reader(rollups(), config(), workspace_id, asked, env().now())


def session_reader(caller: "Caller", session_id: str) -> "Reader":
    """The rows that one session adds up to."""
    from wakeline.services import stats

    return stats.session_reader(rollups(), config(), ledger(), caller, session_id, env().now())


def touched_trace(record: dict[str, Any]) -> tuple[str, str] | None:
    """The (workspace, trace) that a record of the table's stream concerns: its HEAD or one of its segments."""
    from wakeline.adapters.dynamodb import changes

    return changes.touched_trace(record)
