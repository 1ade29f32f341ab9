"""What a trace's first spans say of the trace as a whole."""

from collections.abc import Sequence
from typing import Any

from pydantic_core import to_json

from wakeline.domain.ids import is_printable

from .span import Span
from .values import bounded, moment, parsed

MAX_TEXT = 512
MAX_RESOURCE = 16 * 1024
_SESSION_FIELDS = ("session_id", "user_id")
_TAGS = ("langfuse.tags", "langfuse.trace.tags", "tag.tags", "ai.telemetry.metadata.tags")
_ENVIRONMENTS = ("deployment.environment.name", "deployment.environment", "langfuse.environment")


def facts_of(spans: Sequence[Span], session: dict[str, Any]) -> dict[str, Any]:
    """The facts of a new trace: agent, environment, tags, start, and the resource as metadata.

    `session` holds a `session_id` and `user_id` where a span says them.
    """
    resource = next((span.source.resource for span in spans if span.source.resource), {})
    begun = [span.start for span in spans if moment(span.start)] or [span.end for span in spans if moment(span.end)]
    service = resource.get("service.name")
    known = isinstance(service, str) and not service.startswith("unknown_service")
    facts = {
        "source": "otlp",
        "agent": _label(service) if known else None,
        "environment": next((found for name in _ENVIRONMENTS if (found := _label(resource.get(name)))), None),
        "agent_id": _label(next((found for span in spans if (found := span.attributes.get("gen_ai.agent.id"))), None)),
        "started_at": moment(min(begun)) if begun else None,
        "tags": _tags(spans),
        "metadata": _metadata(resource, session),
    }
    return {name: value for name, value in facts.items() if value}


def _label(value: Any) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= MAX_TEXT and is_printable(value) else None


def _tags(spans: Sequence[Span]) -> list[str]:
    tags: dict[str, None] = {}
    for span in spans:
        for name in _TAGS:
            value = parsed(span.attributes.get(name))
            listed = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
            tags |= dict.fromkeys(str(each).strip() for each in listed)
    return [tag for tag in tags if _label(tag) and len(tag) <= 128][:50]


def _metadata(resource: dict[str, Any], session: dict[str, Any]) -> dict[str, Any]:
    """Bounded, since HEAD is written again with every append; events have the resource in full."""
    said: dict[str, Any] = {
        name: bounded(value, MAX_TEXT) for name, value in session.items() if name in _SESSION_FIELDS
    }
    kept: dict[str, Any] = {}
    room = MAX_RESOURCE
    for name, value in resource.items():
        short = bounded(value, MAX_TEXT)
        room -= len(to_json([name, short]))
        if room < 0:
            break
        kept[name] = short
    return said | ({"resource": kept} if kept else {})
