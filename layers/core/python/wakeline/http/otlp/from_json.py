"""OTLP/JSON as spans.

The specification: lowerCamelCase names, ids in hex, 64-bit integers as strings, enums as numbers, unknown fields
ignored. Seen in the wild and taken, too: ids in base64, integers as numbers, names of enums, a list of requests.
Source: opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
"""

import base64
import binascii
from typing import Any

from wakeline.domain.canonical import read_json
from wakeline.domain.errors import Invalid
from wakeline.domain.otlp.span import Source, Span, SpanEvent
from wakeline.domain.otlp.values import number

_HEX = frozenset("0123456789abcdefABCDEF")
_KINDS = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
_STATUSES = ("UNSET", "OK", "ERROR")


def spans_of(body: bytes) -> list[Span]:
    """The spans of an ExportTraceServiceRequest.

    Raises `Malformed` for what is no JSON, `Invalid` for what is no request.
    """
    request = read_json(body)
    requests = request if isinstance(request, list) else [request]
    return [span for each in requests for span in _request(_object(each, "the body"))]


def _request(request: dict[str, Any]) -> list[Span]:
    spans: list[Span] = []
    for group in _objects(request, "resourceSpans"):
        resource = _attributes(_object(group.get("resource"), "resource"))
        for scoped in _objects(group, "scopeSpans", "instrumentationLibrarySpans"):
            source = Source(resource, _scope(scoped))
            spans += [_span(each, source) for each in _objects(scoped, "spans")]
    return spans


def _scope(scoped: dict[str, Any]) -> dict[str, Any]:
    scope = _object(scoped.get("scope", scoped.get("instrumentationLibrary")), "scope")
    attributes = _attributes(scope)
    said = {name: scope[name] for name in ("name", "version") if isinstance(scope.get(name), str) and scope[name]}
    return said | ({"attributes": attributes} if attributes else {})


def _span(said: dict[str, Any], source: Source) -> Span:
    status = _object(said.get("status"), "status")
    parent = said.get("parentSpanId")
    dropped = {
        kind: count
        for kind in ("attributes", "events", "links")
        if (count := _integer(said.get(f"dropped{kind.capitalize()}Count")))
    }
    return Span(
        trace_id=_id(said.get("traceId"), 16),
        span_id=_id(said.get("spanId"), 8),
        parent_id=(_id(parent, 8) or str(parent)) if parent and _id(parent, 8) != "0" * 16 else None,
        name=_text(said.get("name")),
        kind=_enum(said.get("kind"), "SPAN_KIND_", _KINDS),
        start=_integer(said.get("startTimeUnixNano")),
        end=_integer(said.get("endTimeUnixNano")),
        attributes=_attributes(said),
        source=source,
        status=_enum(status.get("code"), "STATUS_CODE_", _STATUSES),
        status_message=_text(status.get("message")),
        events=[_event(each) for each in _objects(said, "events")],
        links=[_link(each) for each in _objects(said, "links")],
        trace_state=_text(said.get("traceState")),
        dropped=dropped,
    )


def _event(said: dict[str, Any]) -> SpanEvent:
    return SpanEvent(
        name=_text(said.get("name")),
        time=_integer(said.get("timeUnixNano")),
        attributes=_attributes(said),
        dropped=_integer(said.get("droppedAttributesCount")),
    )


def _link(said: dict[str, Any]) -> dict[str, Any]:
    link: dict[str, Any] = {"trace_id": _id(said.get("traceId"), 16), "span_id": _id(said.get("spanId"), 8)}
    attributes, state = _attributes(said), _text(said.get("traceState"))
    return link | ({"attributes": attributes} if attributes else {}) | ({"trace_state": state} if state else {})


def _attributes(holder: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pair in _objects(holder, "attributes"):
        key = pair.get("key")
        if isinstance(key, str):
            found[key] = _value(pair.get("value"))
    return found


def _value(said: Any) -> Any:
    """The value of an AnyValue. One of no known kind is None."""
    if not isinstance(said, dict):
        return None
    for kind, value in said.items():
        match kind:
            case "stringValue":
                return _text(value)
            case "boolValue":
                return value if isinstance(value, bool) else value == "true"
            case "intValue":
                whole = _whole(value)
                return None if whole is None else number(whole)
            case "doubleValue":
                return _double(value)
            case "bytesValue":
                return _text(value)
            case "arrayValue":
                return [_value(each) for each in _objects(_object(value, kind), "values")]
            case "kvlistValue":
                pairs = _objects(_object(value, kind), "values")
                return {_text(pair.get("key")): _value(pair.get("value")) for pair in pairs}
    return None


def _double(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return number(float(value))
        except ValueError:
            return None
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole(value: Any) -> int | None:
    if isinstance(value, str):
        digits = value.strip()
        bare = digits.removeprefix("-")
        return int(digits) if bare.isascii() and bare.isdecimal() and len(bare) <= 20 else None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**64:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _integer(value: Any) -> int:
    """An unsigned 64-bit integer; 0 for what is none."""
    whole = _whole(value)
    return whole if whole is not None and 0 <= whole < 2**64 else 0


def _enum(value: Any, prefix: str, names: tuple[str, ...]) -> int:
    if isinstance(value, str):
        bare = value.removeprefix(prefix)
        return names.index(bare) if bare in names else _small(value)
    return _small(value)


def _small(value: Any) -> int:
    number = _integer(value)
    return number if number < 2**31 else 0


def _id(value: Any, size: int) -> str:
    """Hex, lower-case, of an id in hex or base64; empty when it is not `size` bytes of either."""
    if not isinstance(value, str):
        return ""
    if len(value) == 2 * size and _HEX.issuperset(value):
        return value.lower()
    try:
        raw = base64.b64decode(value + "=" * (-len(value) % 4), validate=True) if len(value) <= 32 else b""
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) == size else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _object(value: Any, field: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Invalid(f"{field} must be an object", field=field)
    return value


def _objects(holder: dict[str, Any], *names: str) -> list[dict[str, Any]]:
    value = next((holder[name] for name in names if holder.get(name) is not None), None)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Invalid(f"{names[0]} must be a list of objects", field=names[0])
    return value
