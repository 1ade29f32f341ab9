"""EventBridge event patterns: does this event match that pattern?

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import fnmatch
import ipaddress
import json
from collections.abc import Mapping
from typing import Any


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """Whether an event matches a pattern. Raises ValueError for an operator that EventBridge does not have."""
    for name, rule in pattern.items():
        if name == "$or":
            if not any(matches(each, event) for each in rule):
                return False
            continue
        value = event.get(name, _ABSENT) if isinstance(event, Mapping) else _ABSENT
        if isinstance(rule, Mapping):
            # A nested pattern matches an array when it matches one of its objects.
            candidates = value if isinstance(value, list) else [{} if value is _ABSENT else value]
            if not any(matches(rule, each) for each in candidates):
                return False
        elif not _any_rule(rule, value):
            return False
    return True


_ABSENT = object()


def _any_rule(rules: list[Any], value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(_rule(rule, value, values) for rule in rules)


def _rule(rule: Any, whole: Any, values: list[Any]) -> bool:
    if not isinstance(rule, Mapping):
        return any(_same(rule, value) for value in values)
    operator, argument = next(iter(rule.items()))
    if operator == "exists":
        return (whole is not _ABSENT) is bool(argument)
    if whole is _ABSENT:
        return False
    if operator == "anything-but":
        return all(not _excluded(argument, value) for value in values)
    return any(_operator(operator, argument, value) for value in values)


def _excluded(argument: Any, value: Any) -> bool:
    if isinstance(argument, Mapping):
        operator, inner = next(iter(argument.items()))
        inners = inner if isinstance(inner, list) and operator != "numeric" else [inner]
        return any(_operator(operator, each, value) for each in inners)
    return any(_same(each, value) for each in (argument if isinstance(argument, list) else [argument]))


def _operator(operator: str, argument: Any, value: Any) -> bool:
    match operator:
        case "prefix" | "suffix" | "equals-ignore-case" | "wildcard" | "cidr" if not isinstance(value, str):
            return False
        case "prefix" | "suffix":
            text, wanted = (value, argument)
            if isinstance(argument, Mapping):
                text, wanted = value.lower(), str(argument["equals-ignore-case"]).lower()
            return bool(text.startswith(wanted) if operator == "prefix" else text.endswith(wanted))
        case "equals-ignore-case":
            return bool(value.lower() == argument.lower())
        case "wildcard":
            return fnmatch.fnmatchcase(value, argument.replace("[", "[[]").replace("?", "[?]"))
        case "cidr":
            try:
                return ipaddress.ip_address(value) in ipaddress.ip_network(argument)
            except ValueError:
                return False
        case "numeric":
            return _numeric(argument, value)
    raise ValueError(f"unknown operator in an event pattern: {operator}")


def _numeric(argument: list[Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    compare = {
        "=": lambda bound: value == bound,
        "<": lambda bound: value < bound,
        "<=": lambda bound: value <= bound,
        ">": lambda bound: value > bound,
        ">=": lambda bound: value >= bound,
    }
    return all(compare[sign](bound) for sign, bound in zip(argument[::2], argument[1::2], strict=True))


def _same(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(value, bool):
        return wanted is value
    return bool(wanted == value)


def parse(pattern: str | Mapping[str, Any]) -> Mapping[str, Any]:
    """A pattern as a mapping, from JSON text where it is text (stream filters are)."""
    if isinstance(pattern, str):
        parsed: Mapping[str, Any] = json.loads(pattern)
        return parsed
    return pattern
