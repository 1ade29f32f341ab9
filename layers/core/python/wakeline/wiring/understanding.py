"""Analyses and incidents: where ports meet adapters."""

from typing import TYPE_CHECKING

from wakeline import settings, wiring

if TYPE_CHECKING:
    from wakeline.services.analyses import Stores
    from wakeline.services.fix_ports import FixModel, Repository
    from wakeline.services.incident_ports import AnalysisStore, IncidentStore


def analyses() -> "AnalysisStore":
    """Analyses of traces."""
    from wakeline.adapters.dynamodb.analyses import DynamoAnalyses

    return DynamoAnalyses()


def incidents() -> "IncidentStore":
    """Incidents and their runs."""
    from wakeline.adapters.dynamodb.incidents import DynamoIncidents

    return DynamoIncidents()


def stores() -> "Stores":
    """What analysing a trace works on."""
    from wakeline.services.analyses import Stores
    from wakeline.wiring import stats

    return Stores(wiring.ledger(), analyses(), incidents(), stats.config())


def fix_model() -> "FixModel | None":
    """The model that proposes fixes, if one is configured."""
    from wakeline.adapters.bedrock.fix_model import BedrockFixModel

    model_id = settings.fix_model()
    return BedrockFixModel(model_id) if model_id else None


def repository(workspace_id: str, repo: str | None) -> "Repository | None":
    """A repository (`owner/name`) that the workspace's GitHub App may change, if one is installed. Raises
    `FixUnavailable` for a secret that is none.
    """
    from wakeline.adapters.github.app import read_app
    from wakeline.adapters.github.repository import GitHubRepository
    from wakeline.adapters.secrets import secret_if_any

    place = settings.github_secrets()
    if not place or not repo:
        return None
    found = secret_if_any(f"{place}/github/{workspace_id}")
    app = read_app(found) if found is not None else None
    if app is None or (app.repositories and repo not in app.repositories):
        return None
    return GitHubRepository(app, repo)
