"""Every operation of the template, with what its endpoint declares."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from api.openapi._described import described, endpoints
from local.template import load, routes
from wakeline.http.endpoint import Endpoint

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
_IDS = re.compile(r"(^|_)ids?$")


@dataclass(frozen=True)
class Operation:
    """One route. `name` is the endpoint's function, `in_query` and `in_body` the fields there that are ids."""

    method: str
    path: str
    endpoint: Endpoint
    in_query: tuple[str, ...]
    in_body: tuple[str, ...]
    required: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.endpoint.function.__name__

    @property
    def in_path(self) -> tuple[str, ...]:
        return tuple(re.findall(r"{(\w+)\+?}", self.path))

    @property
    def ids(self) -> tuple[str, ...]:
        """Every place for an id."""
        return (*self.in_path, *self.in_query, *self.in_body)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@cache
def operations() -> list[Operation]:
    """In the template's order."""
    by_route = {route: each for each in endpoints() for route in each.routes}
    return [_operation(method, path, by_route[f"{method} {path}"]) for method, path, _ in routes(load(TEMPLATE))]


def _operation(method: str, path: str, endpoint: Endpoint) -> Operation:
    said = described()["paths"][path.replace("+}", "}")][method.lower()]
    query = [each for each in said.get("parameters", []) if each["in"] == "query"]
    json_body = said.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        method,
        path,
        endpoint,
        in_query=tuple(each["name"] for each in query if _IDS.search(each["name"])),
        in_body=tuple(name for name in _properties(json_body) if _IDS.search(name)),
        required=tuple(each["name"] for each in query if each["required"]),
    )


def _properties(schema: dict[str, Any]) -> list[str]:
    if "$ref" in schema:
        schema = described()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    inner = [name for each in schema.get("anyOf", []) for name in _properties(each)]
    return list(dict.fromkeys([*schema.get("properties", {}), *inner]))
