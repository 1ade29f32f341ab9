"""An audit log of its own, for tests of mutations that look at something else."""

from wakeline.services.audit import AuditLog

from .env import fixed_env
from .ledger import MemoryLedger


def audit_log() -> AuditLog:
    """A log in memory that nobody reads."""
    return AuditLog(MemoryLedger(), fixed_env())
