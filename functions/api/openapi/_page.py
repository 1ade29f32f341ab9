"""The description as HTML."""

import json
from html import escape
from typing import Any

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem;color:#1a1a1a;background:#fff}
nav{columns:18rem;font-size:.9rem}nav a{display:block}
h2{border-bottom:2px solid;margin-top:3rem;text-transform:capitalize}
section{margin:2rem 0}code,pre{font:14px/1.4 ui-monospace,monospace}pre{background:#f4f4f4;padding:.8rem;overflow:auto}
table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid #ddd;padding:.3rem;text-align:left}td{vertical-align:top}
.method{font-weight:700}a{color:#0b5fad}
@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}pre{background:#262626}a{color:#7ab8f5}
td,th{border-color:#444}}
"""


def page(described: dict[str, Any]) -> str:
    """The whole page: a list of all operations by noun, then each with what it takes and answers."""
    by_tag: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    info = described["info"]
    links = "".join(
        f'<a href="#{escape(operation["operationId"])}"><code>{method} {escape(path)}</code></a>'
        for _, operations in sorted(by_tag.items())
        for method, path, operation in operations
    )
    failures = described["components"]["responses"]
    parts = [
        f"<h2>{escape(tag.replace('_', ' '))}</h2>{''.join(_section(*each, failures) for each in operations)}"
        for tag, operations in sorted(by_tag.items())
    ]
    shapes = "".join(
        f'<section id="schema-{escape(name)}"><h3>{escape(name)}</h3><p>{escape(schema.get("description", ""))}</p>'
        f"{_fields(schema)}</section>"
        for name, schema in described["components"]["schemas"].items()
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(info['title'])} API {escape(info['version'])}</title><style>{_STYLE}</style>"
        f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1><p>{escape(info['description'])} "
        f'For machines: <a href="openapi.json">openapi.json</a>.</p><nav>{links}</nav>{"".join(parts)}'
        f"<h2>Shapes</h2>{shapes}</html>"
    )


def _section(method: str, path: str, operation: dict[str, Any], failures: dict[str, Any]) -> str:
    responses = {status: failures.get(status, each) for status, each in operation["responses"].items()}
    said = "".join(f"<p>{escape(text)}</p>" for text in operation["description"].split("\n\n"))
    taken = "".join(
        f"<tr><td><code>{escape(each['name'])}</code>{' *' if each['required'] else ''}<td>{each['in']}"
        f"<td>{_kind(each['schema'])}<td>{escape(each.get('description', ''))}"
        for each in operation.get("parameters", [])
    )
    body = "".join(
        f"<h4>Body, {escape(media)}</h4><p>{_kind(content['schema'])}</p>{_example(content)}"
        for media, content in operation.get("requestBody", {}).get("content", {}).items()
    )
    return (
        f'<section id="{escape(operation["operationId"])}"><h3>{escape(operation["summary"])}</h3>'
        f'<p><code><span class="method">{method}</span> {escape(path)}</code></p>{said}'
        f"{f'<table>{taken}</table>' if taken else ''}{body}"
        f"<h4>Answers</h4><table>{''.join(_answer(*each) for each in responses.items())}</table></section>"
    )


def _answer(status: str, answer: dict[str, Any]) -> str:
    content = answer.get("content", {})
    shapes = "".join(f"{_kind(each['schema'])}{_example(each)}" for each in content.values())
    return f"<tr><td>{status}<td>{escape(answer['description'])}<td>{shapes}"


def _example(content: dict[str, Any]) -> str:
    if "example" not in content:
        return ""
    text = json.dumps(content["example"], indent=2, ensure_ascii=False)
    return f"<details><summary>Example</summary><pre>{escape(text)}</pre></details>"


def _fields(schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code>{' *' if name in required else ''}<td>{_kind(each)}"
        f"<td>{escape(each.get('description', ''))}"
        for name, each in schema.get("properties", {}).items()
    )
    return f"<table>{rows}</table>" if rows else f"<p>{_kind(schema)}</p>"


def _kind(schema: dict[str, Any]) -> str:
    """A type in words, with links to the named ones."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return " or ".join(_kind(each) for each in schema[choice])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(json.dumps(each))}</code>" for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    bounds = [
        f"{word} {schema[key]}"
        for key, word in (("minimum", "≥"), ("maximum", "≤"), ("minLength", "length ≥"), ("maxLength", "length ≤"))
        if key in schema
    ]
    return escape(" ".join([str(schema.get("type", "anything")), *bounds]))
