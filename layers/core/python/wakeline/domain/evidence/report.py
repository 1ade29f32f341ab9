"""What a check of an exported trace finds, and what it is held against."""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from wakeline.domain.errors import WakelineError

from .digest import Leaf

UNREADABLE = (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError, WakelineError)
"""What a value of another kind than ours raises, somewhere."""

IsSigned = Callable[[bytes, bytes, bytes], bool]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. `where` is an event, a proof or a digest."""

    ok: bool
    what: str
    where: str = ""


@dataclass(slots=True)
class Report:
    """All findings. `valid` when none of them failed; `warnings` say what could not be checked."""

    trace_id: str = ""
    events: int = 0
    erased: int = 0
    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        return all(finding.ok for finding in self.findings)

    def passed(self, what: str, where: str = "") -> None:
        self.findings.append(Finding(True, what, where))

    def failed(self, what: str, where: str = "") -> None:
        self.findings.append(Finding(False, what, where))


@dataclass(frozen=True, slots=True)
class Outside:
    """What the checker has from elsewhere than the export: digests, leaves of one of them, the public key (DER)."""

    digests: tuple[dict[str, Any], ...] = ()
    leaves: dict[str, tuple[Leaf, ...]] = field(default_factory=dict)
    public_key: bytes | None = None


def public_key_of(pem: str) -> bytes:
    """The DER of a public key in PEM. Raises ValueError for what is none."""
    lines = [line.strip() for line in pem.strip().splitlines()]
    if not lines or lines[0] != "-----BEGIN PUBLIC KEY-----" or lines[-1] != "-----END PUBLIC KEY-----":
        raise ValueError("not a public key in PEM")
    return b64decode("".join(lines[1:-1]), validate=True)
