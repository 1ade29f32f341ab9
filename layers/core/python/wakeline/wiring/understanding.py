"""Analyses and incidents: where ports meet adapters."""

from typing import TYPE_CHECKING

from wakeline import wiring

if TYPE_CHECKING:
    from wakeline.services.analyses import Stores
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

    return Stores(wiring.ledger(), analyses(), incidents())
