"""Holds answers against the API's description, in which everything that is not said is forbidden."""

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from api.openapi._described import described
from tests.endpoints.operations import Operation
from tests.endpoints.stack import Answer


@cache
def strict() -> dict[str, Any]:
    """The description with the shapes of answers closed: a field that they do not name is a fault."""
    document: dict[str, Any] = json.loads(json.dumps(described()))
    shapes = document["components"]["schemas"]
    asked = _within([each.get("requestBody") for each in _operations(document)], shapes)
    for name, shape in shapes.items():
        if name not in asked and shape.get("type") == "object":
            shape.setdefault("additionalProperties", False)
    return document


def faults(operation: Operation, answer: Answer) -> list[str]:
    """What an answer has that the description does not say, in words."""
    document = strict()
    said = document["paths"][operation.path.replace("+}", "}")][operation.method.lower()]["responses"]
    response = said.get(str(answer.status))
    if response is None:
        return [f"{operation} answers {answer.status}, which is not described: {answer.body[:300]!r}"]
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    content = response.get("content", {})
    media = answer.headers.get("content-type", "").split(";")[0]
    known = {kind.split(";")[0]: each for kind, each in content.items()}
    if not content:
        return []
    if media not in known:
        return [f"{operation} answers {media}, described are {sorted(known)}"]
    if "json" not in media or media.endswith("ndjson"):
        return []
    schema = {**known[media]["schema"], "components": document["components"]}
    found = Draft202012Validator(schema).iter_errors(answer.json)
    return [f"{operation} {answer.status} at {each.json_path}: {each.message[:300]}" for each in found]


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for methods in document["paths"].values() for each in methods.values()]


def _within(node: Any, shapes: dict[str, Any]) -> set[str]:
    """Names of the shapes that are referred to, however deep."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        for name in set(_names(waiting.pop())) - found:
            found.add(name)
            waiting.append(shapes[name])
    return found


def _names(node: Any) -> list[str]:
    if isinstance(node, dict):
        mine = [node["$ref"].rpartition("/")[2]] if isinstance(node.get("$ref"), str) else []
        return mine + [name for each in node.values() for name in _names(each)]
    return [name for each in node for name in _names(each)] if isinstance(node, list) else []
