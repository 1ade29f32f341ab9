"""What can go wrong, in the product's own words.

Business code raises these and never mentions HTTP; `wakeline.http.errors` maps each kind to a status.
"""

from typing import Any


class WakelineError(Exception):
    """The base of every expected failure.

    `message` is shown to the caller; `field` names the offending input, dotted (`events.3.payload.model`).
    """

    def __init__(self, message: str, *, field: str | None = None, details: list[dict[str, Any]] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.details = details


class Malformed(WakelineError):
    """The request cannot be read at all: not JSON, not gzip, not UTF-8."""


class Invalid(WakelineError):
    """The request can be read but breaks a rule; `field` says where."""


class KeyReused(Invalid):
    """An `Idempotency-Key` that another body already came with."""


class Unauthenticated(WakelineError):
    """No credential, or one that is unknown, revoked or expired."""


class Forbidden(WakelineError):
    """The caller is known and lacks the scope."""


class NotFound(WakelineError):
    """Nothing of that name in the caller's workspace."""


class Conflict(WakelineError):
    """The request contradicts what is stored."""


class TooLarge(WakelineError):
    """The request is over a documented size limit."""


class ExportTooLarge(WakelineError):
    """More rows were asked for than one export holds."""


class UnsupportedMedia(WakelineError):
    """The content type is not one that this endpoint takes."""


class RateLimited(WakelineError):
    """The caller's minute is used up; `retry_after` is in whole seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(WakelineError):
    """Another service that this needs cannot be asked now; the same call later may work."""


class BillingNotConfigured(WakelineError):
    """This deployment has no payment provider."""


class Busy(WakelineError):
    """Too many writers at once on one trace; the same call later will work."""
