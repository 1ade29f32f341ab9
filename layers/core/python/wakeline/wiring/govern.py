"""What governing uses: the audit log, policies, agents, approvals."""

from wakeline import wiring
from wakeline.services.audit import AuditLog


def audit_log() -> AuditLog:
    """Where mutations are noted."""
    return AuditLog(wiring.ledger(), wiring.env())
