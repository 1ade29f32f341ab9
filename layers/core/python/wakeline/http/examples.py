"""Examples for the API's description: a plausible value for each schema, always the same one."""

from typing import Any

Schema = dict[str, Any]

_BY_NAME = {
    "trace_id": "trc_01K5Q6Z8W3V9",
    "session_id": "trc_01K5Q6Z8W3V9",
    "project_id": "proj_checkout",
    "workspace_id": "ws_acme",
    "agent_id": "agent_reviewer",
    "agent": "reviewer",
    "model": "claude-sonnet-4-5",
    "currency": "USD",
    "request_id": "4f1c2a",
    "next_cursor": None,
    "cursor": None,
    "email": "ada@example.com",
    "url": "https://example.com/hook",
    "repo": "acme/checkout",
    "branch": "main",
    "type": "message",
}
_BY_ENDING = {
    "_at": "2026-03-21T10:00:00.000Z",
    "_id": "01K5Q6Z8W3V9",
    "_url": "https://example.com/",
    "_hash": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "_ms": 1200,
    "date": "2026-03-21",
    "from": "2026-03-01T00:00:00Z",
    "to": "2026-03-31T00:00:00Z",
}


def example_of(schema: Schema, components: dict[str, Schema], name: str = "", depth: int = 0) -> Any:
    """A value that fits the schema, named `name` where it stands; deep or recursive content is cut short."""
    if "$ref" in schema:
        inner = components[schema["$ref"].rpartition("/")[2]]
        return example_of(inner, components, name, depth + 1) if depth < 6 else {}
    for given in ("example", "const", "default"):
        if schema.get(given) is not None:
            return schema[given]
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            wanted = [each for each in schema[choice] if each.get("type") != "null"]
            return example_of(wanted[0], components, name, depth)
    kind = schema.get("type")
    if kind == "object":
        properties = schema.get("properties", {})
        return {key: example_of(each, components, key, depth + 1) for key, each in properties.items()}
    if kind == "array":
        return [example_of(schema["items"], components, name, depth + 1)] if depth < 6 and schema.get("items") else []
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 1), 1)
    if kind == "boolean":
        return True
    if kind == "string":
        return _text(schema, name)
    return None if kind == "null" else "…"


def _text(schema: Schema, name: str) -> str:
    value = _BY_NAME.get(name) or next((each for end, each in _BY_ENDING.items() if name.endswith(end)), None)
    text = str(value) if value is not None else "text"
    return text[: schema.get("maxLength", len(text))]
