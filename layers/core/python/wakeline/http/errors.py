"""The one table from kinds of failure to HTTP answers."""

import json
import re
from typing import Any

from wakeline.domain import errors
from wakeline.domain.errors import WakelineError

RETRY_BACKOFF, RETRY_FIX, RETRY_CONDITIONAL = "backoff", "after_fix", "conditional"

_KINDS: dict[type[WakelineError], tuple[int, str, str]] = {
    errors.Malformed: (400, "bad_request", RETRY_FIX),
    errors.Invalid: (422, "validation_error", RETRY_FIX),
    errors.Unauthenticated: (401, "unauthorized", RETRY_FIX),
    errors.Forbidden: (403, "forbidden", RETRY_FIX),
    errors.NotFound: (404, "not_found", RETRY_FIX),
    errors.Conflict: (409, "conflict", RETRY_CONDITIONAL),
    errors.TooLarge: (413, "payload_too_large", RETRY_FIX),
    errors.ExportTooLarge: (413, "export_too_large", RETRY_FIX),
    errors.UnsupportedMedia: (415, "unsupported_media_type", RETRY_FIX),
    errors.RateLimited: (429, "rate_limited", RETRY_BACKOFF),
    errors.Unavailable: (503, "unavailable", RETRY_BACKOFF),
    errors.BillingNotConfigured: (503, "billing_not_configured", RETRY_FIX),
    errors.Busy: (409, "conflict", RETRY_BACKOFF),
}
_TRACEVAULT = re.compile(r"/api/v1/(sessions|policy)(/|$)")


def answer(error: Exception, path: str, request_id: str, *, flat: bool) -> tuple[int, str, dict[str, str]]:
    """The (status, JSON body, headers) of a failure.

    `flat` is the form of the API that is called with `x-retrace-key`. An unexpected failure says nothing of its inside.
    """
    status, code, retry = _kind(error, path)
    expected = isinstance(error, WakelineError) and status != 500
    message = str(error) if expected else "an internal error occurred"
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, errors.RateLimited) else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return status, json.dumps(_body(error, code, message, retry, request_id, flat=flat)), headers


def _body(error: Exception, code: str, message: str, retry: str, request_id: str, *, flat: bool) -> dict[str, Any]:
    if flat:
        return {"error": message}
    said: dict[str, Any] = {"code": code, "message": message, "retry": retry, "request_id": request_id}
    if isinstance(error, WakelineError) and (error.details or error.field) and code != "internal_error":
        said["details"] = error.details or [{"field": error.field, "message": message}]
    return {"error": said}


def _kind(error: Exception, path: str) -> tuple[int, str, str]:
    status, code, retry = next(
        (_KINDS[kind] for kind in type(error).__mro__ if kind in _KINDS), (500, "internal_error", RETRY_BACKOFF)
    )
    if code == "validation_error" and path.startswith("/api/v1/") and not isinstance(error, errors.KeyReused):
        # The published references under /api/v1/ answer 400; TraceVault's knows one code for all of it.
        return 400, "bad_request" if _TRACEVAULT.match(path) else code, retry
    return status, code, retry
