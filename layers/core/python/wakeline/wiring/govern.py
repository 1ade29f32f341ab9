"""What governing uses: the audit log, policies, agents, approvals."""

from typing import TYPE_CHECKING

from wakeline import wiring
from wakeline.services.audit import AuditLog

if TYPE_CHECKING:
    from wakeline.services.evaluation import Governors
    from wakeline.services.govern_ports import AgentStore, GovernedStore, PolicyStore


def audit_log() -> AuditLog:
    """Where mutations are noted."""
    return AuditLog(wiring.ledger(), wiring.env())


def policies() -> "PolicyStore":
    """Policies by version."""
    from wakeline.adapters.dynamodb.policies import DynamoPolicies

    return DynamoPolicies()


def agents() -> "AgentStore":
    """Agents."""
    from wakeline.adapters.dynamodb.agents import DynamoAgents

    return DynamoAgents()


def governed() -> "GovernedStore":
    """Governed traces with their requests and counts."""
    from wakeline.adapters.dynamodb.governed import DynamoGoverned

    return DynamoGoverned()


def governors() -> "Governors":
    """All that an evaluation works on."""
    from wakeline.services.evaluation import Governors

    return Governors(wiring.ledger(), governed(), policies(), agents())
