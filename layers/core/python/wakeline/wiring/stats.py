"""What statistics, budgets, configuration, commits and reports use."""

from typing import TYPE_CHECKING, Any

from wakeline.wiring import env

if TYPE_CHECKING:
    from wakeline.domain.caller import Caller
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


def reader(caller: "Caller", asked: "Question") -> "Reader":
    """The rows that a question about statistics is about."""
    from wakeline.services.stats import open_reader

    return open_reader(rollups(), config(), caller, asked, env().now())


def touched_trace(record: dict[str, Any]) -> tuple[str, str] | None:
    """The (workspace, trace) that a record of the table's stream concerns: its HEAD or one of its segments."""
    from wakeline.adapters.dynamodb import changes

    return changes.touched_trace(record)
