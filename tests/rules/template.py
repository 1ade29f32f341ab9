"""Reading of template.yaml: as it is written, and as SAM translates it."""

import ast
import json
import os
import re
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from tests.rules.endpoints import Route

Template = dict[str, Any]
FUNCTION = "AWS::Serverless::Function"


def parse(text: str) -> Template:
    """The template with CloudFormation's short forms written out (`!Ref X` → `{"Ref": "X"}`)."""
    parsed: Template = json.loads(json.dumps(yaml_parse(text)))
    return parsed


def functions(template: Template) -> dict[str, Any]:
    """Properties of every function by logical id."""
    resources = template.get("Resources", {})
    return {key: value.get("Properties", {}) for key, value in resources.items() if value["Type"] == FUNCTION}


def routes_in_template(template: Template) -> set[Route]:
    """Every route that an `Api` event declares."""
    return {
        Route(properties["Handler"], event["Properties"]["Method"].upper(), event["Properties"]["Path"])
        for properties in functions(template).values()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "Api"
    }


def logical_id(name: str) -> str:
    """`verify_trace` → `VerifyTrace`."""
    return "".join(part.capitalize() for part in name.split("_"))


def misnamed(template: Template) -> list[str]:
    """Functions of `functions/api` whose logical id is not their file's name."""
    wrong = []
    for key, properties in functions(template).items():
        parts = properties["Handler"].split(".")
        if parts[-1] != "handler" or key != logical_id(parts[-2]):
            wrong.append(f"{key}: {properties['Handler']}")
    return wrong


def unlogged(template: Template) -> list[str]:
    """Functions without a log group of ours that forgets."""
    resources = template["Resources"]
    missing = []
    for key, properties in functions(template).items():
        group = resources.get(properties.get("LoggingConfig", {}).get("LogGroup", {}).get("Ref"), {})
        if group.get("Type") != "AWS::Logs::LogGroup" or "RetentionInDays" not in group.get("Properties", {}):
            missing.append(key)
    return missing


def has_policy(properties: dict[str, Any], name: str) -> bool:
    """Whether a function takes a managed policy of the template."""
    return {"Ref": name} in properties.get("Policies", [])


def statements(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every IAM statement that allows something, in whatever resource it stands, with that resource's logical id."""

    def walk(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            if node.get("Effect") == "Allow":
                yield node
            for value in node.values():
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    for key, resource in template["Resources"].items():
        yield from ((key, statement) for statement in walk(resource))


def too_wide(template: Template) -> list[str]:
    """Allowed actions with a wildcard, and resources with one that is not a folder's content."""
    found = []
    for key, statement in statements(template):
        found += [f"{key}: action {action}" for action in _list(statement.get("Action")) if "*" in action]
        for resource in _list(statement.get("Resource")):
            text = resource if isinstance(resource, str) else json.dumps(resource)
            if "*" in re.sub(r'/[A-Za-z_-]+/\*(?="|$)', "", text) or "NotResource" in statement:
                found.append(f"{key}: resource {text}")
        if "NotAction" in statement:
            found.append(f"{key}: NotAction")
    return found


def leading_keys(template: Template) -> set[str]:
    """Prefixes of partition keys that policies name: `T#`."""
    return {
        prefix.removesuffix("*")
        for _, statement in statements(template)
        for test in statement.get("Condition", {}).values()
        for prefix in _list(test.get("dynamodb:LeadingKeys", []))
    }


def partition_keys(source: str) -> set[str]:
    """Prefixes of the partition keys that `keys.py` makes: every f-string's beginning, sort keys (`…_sk`) apart."""
    return {
        text.values[0].value
        for function in ast.parse(source).body
        if isinstance(function, ast.FunctionDef) and not function.name.endswith("_sk")
        for text in ast.walk(function)
        if isinstance(text, ast.JoinedStr)
        and isinstance(text.values[0], ast.Constant)
        and isinstance(text.values[0].value, str)
    }


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


class _NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


def translate(template: Template) -> Template:
    """What CloudFormation gets to see: SAM's own transform, with stand-ins for what `sam package` uploads."""
    template = json.loads(json.dumps(template))
    template.get("Globals", {}).get("Function", {})["CodeUri"] = "s3://bucket/functions"
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = "s3://bucket/layer"
    with patch.dict(os.environ, AWS_DEFAULT_REGION="eu-central-1"):
        translated: Template = transform(template, {}, _NoManagedPolicies())
    return translated


def over_budget(translated: Template) -> list[str]:
    """Too near CloudFormation's limits: 500 resources, 1 MB. (Time to move the workers to a nested stack.)"""
    count, size = len(translated["Resources"]), len(json.dumps(translated))
    return [
        *([f"{count} resources, more than 450"] if count > 450 else []),
        *([f"{size} bytes, more than 900 KB"] if size > 900_000 else []),
    ]
