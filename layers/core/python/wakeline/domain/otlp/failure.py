"""Whether a span failed, and what it says of that."""

from .attributes import Attributes
from .span import STATUS_ERROR, STATUS_OK, Span


def failure_of(span: Span, said: Attributes) -> dict[str, str]:
    """`error` and `error_type` of a payload; empty for a span that did not fail.

    It failed when its status says so, when it bears an `error.type`, or when an exception left it unsettled. An
    exception within a span that ended well was handled.
    """
    thrown = next((event.attributes for event in reversed(span.events) if event.name == "exception"), None)
    kind = said.take("error.type")
    level = said.see("langfuse.observation.level")
    unsuccessful = said.see("success") in (False, "false") and span.name.startswith("claude_code.")
    failed = (
        span.status == STATUS_ERROR
        or kind is not None
        or level == "ERROR"
        or unsuccessful
        or (thrown is not None and span.status != STATUS_OK)
    )
    if not failed:
        return {}
    kind = kind or (thrown or {}).get("exception.type")
    found = {"error": _text(span, said, thrown or {}) or (str(kind) if kind else "error")}
    return found | ({"error_type": str(kind)} if kind else {})


def _text(span: Span, said: Attributes, thrown: dict[str, object]) -> str | None:
    if span.status_message:
        return span.status_message
    message, kind = thrown.get("exception.message"), thrown.get("exception.type")
    if message or kind:
        return ": ".join(str(each) for each in (kind, message) if each)
    told = said.see("langfuse.observation.status_message", "error", "error.message", "exception.message")
    return str(told) if told else None
