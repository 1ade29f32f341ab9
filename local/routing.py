"""Matches a request path to an `Api` event's path as API Gateway does: literal segments before parameters before
{proxy+}.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from local.template import Function, Template, routes


@dataclass(frozen=True)
class Match:
    """A route: the path as the template writes it, the values of its parameters (as sent), its functions by method."""

    resource: str
    parameters: dict[str, str]
    functions: dict[str, Function]


@dataclass
class _Node:
    literal: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    parameter_name: str = ""
    resource: str = ""
    functions: dict[str, Function] = field(default_factory=dict)


class Routes:
    """Every `Api` route of a template."""

    def __init__(self, template: Template) -> None:
        self._root = _Node()
        for method, path, function in routes(template):
            node = self._root
            for segment in path.strip("/").split("/"):
                node = _child(node, segment)
            node.resource = path
            node.functions[method] = function

    def match(self, path: str) -> Match | None:
        """The route of a path (percent-encoding kept), whatever its method; None when no route has it."""
        return _match(self._root, path.strip("/").split("/"), {})


def _child(node: _Node, segment: str) -> _Node:
    if not segment.startswith("{"):
        return node.literal.setdefault(segment, _Node())
    if node.parameter is None:
        node.parameter, node.parameter_name = _Node(), segment[1:-1]
    elif node.parameter_name != segment[1:-1]:
        raise ValueError(f"{segment} and {{{node.parameter_name}}} in one place: API Gateway allows one name")
    return node.parameter


def _match(node: _Node, rest: list[str], parameters: dict[str, str]) -> Match | None:
    if not rest:
        return Match(node.resource, parameters, node.functions) if node.functions else None
    segment = rest[0]
    if segment in node.literal:
        found = _match(node.literal[segment], rest[1:], parameters)
        if found is not None:
            return found
    if node.parameter is None or not segment:
        return None
    name = node.parameter_name
    if name.endswith("+"):
        return _match(node.parameter, [], {**parameters, name[:-1]: "/".join(rest)})
    return _match(node.parameter, rest[1:], {**parameters, name: segment})
