"""Reading of template.yaml, workers.yaml and alarms.yaml: as they are written, and as SAM translates them."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.template_yaml import read_text
from tests.rules.endpoints import Route

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".venv-tools" / "bin" / "python"
FILES = ("template.yaml", "workers.yaml", "alarms.yaml")

Template = dict[str, Any]
FUNCTION = "AWS::Serverless::Function"


def parse(text: str) -> Template:
    """The template with CloudFormation's short forms written out (`!Ref X` → `{"Ref": "X"}`)."""
    parsed: Template = json.loads(json.dumps(read_text(text)), object_hook=_long_form)
    return parsed


def together(*templates: Template) -> Template:
    """One template with all their resources. Fails when two have one by the same name."""
    resources: dict[str, Any] = {}
    for template in templates:
        assert not resources.keys() & template["Resources"].keys()
        resources |= template["Resources"]
    return {"Resources": resources}


def _long_form(node: dict[str, Any]) -> dict[str, Any]:
    """`{"Fn::GetAtt": "Table.Arn"}`, which only YAML may say, as JSON has it."""
    said = node.get("Fn::GetAtt")
    return {"Fn::GetAtt": said.split(".", 1)} if isinstance(said, str) else node


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
        handler = properties["Handler"]
        # A script that the Web Adapter starts, or a module's `handler`.
        scripted = handler.endswith(".sh")
        *_, name, last = handler.removesuffix(".sh").split("/") if scripted else handler.split(".")
        if key != logical_id(last if scripted else name) or (last != "handler" and not scripted):
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
            if text == "*" and template["Resources"][key]["Type"] == "AWS::KMS::Key":
                continue  # in a key's own policy that is the key
            if "*" in re.sub(r'/[@A-Za-z_-]+/\*(?="|$)', "", text) or "NotResource" in statement:
                found.append(f"{key}: resource {text}")
        if "NotAction" in statement:
            found.append(f"{key}: NotAction")
    return found


def leading_keys(template: Template) -> set[str]:
    """Prefixes of partition keys that policies name: `T#`."""
    return {
        prefix.partition("*")[0]
        for _, statement in statements(template)
        for test in statement.get("Condition", {}).values()
        for prefix in _list(test.get("dynamodb:LeadingKeys", []))
    }


def partition_keys(source: str) -> set[str]:
    """Prefixes of the partition keys of a file of `keys`: every f-string's beginning, sort keys (`…_sk`) apart."""
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


def translate(template: Template) -> Template:
    """What CloudFormation gets to see: SAM's own transform, with stand-ins for what `sam package` uploads.

    It runs in the tools' venv: the translators that know of streaming want another pydantic than ours.
    """
    if not TOOLS.exists():
        pytest.skip("make check has not made .venv-tools here")
    template = json.loads(json.dumps(template))
    template.get("Globals", {}).get("Function", {})["CodeUri"] = "s3://bucket/functions"
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = "s3://bucket/layer"
        if resource["Type"] == "AWS::Serverless::Application":
            file = resource["Properties"]["Location"]
            resource["Properties"]["Location"] = f"https://bucket.s3.amazonaws.com/{file}"
    done = subprocess.run(
        [TOOLS, "-c", _TRANSLATE],
        input=json.dumps(template),
        env={"AWS_DEFAULT_REGION": "eu-central-1"},
        capture_output=True,
        text=True,
        check=True,
    )
    translated: Template = json.loads(done.stdout)
    return translated


_TRANSLATE = """
import json, sys
from samtranslator.translator.transform import transform

class NoManagedPolicies:
    def load(self):
        return {}

print(json.dumps(transform(json.load(sys.stdin), {}, NoManagedPolicies())))
"""


def unstreamed(template: Template, translated: Template) -> list[str]:
    """Functions that are meant to stream whose translated integration buffers."""
    wrong = []
    for key, properties in functions(template).items():
        for event in properties.get("Events", {}).values():
            if "ResponseTransferMode" not in event["Properties"]:
                continue
            paths = translated["Resources"]["Api"]["Properties"]["Body"]["paths"]
            method = paths[event["Properties"]["Path"]][event["Properties"]["Method"]]
            made = method["x-amazon-apigateway-integration"]
            streamed = made["uri"]["Fn::Sub"].endswith("/response-streaming-invocations")
            if not (streamed and made.get("responseTransferMode") == "STREAM"):
                wrong.append(key)
    return wrong


def unsafe_readers(template: Template) -> list[str]:
    """Functions on a table's stream that could lose a record, be stuck on one, or run for nothing: what they lack."""
    wrong = []
    for key, properties in functions(template).items():
        for event in properties.get("Events", {}).values():
            if event["Type"] != "DynamoDB":
                continue
            said = event["Properties"]
            wants = {
                "StartingPosition": said.get("StartingPosition") == "TRIM_HORIZON",
                "BisectBatchOnFunctionError": said.get("BisectBatchOnFunctionError") is True,
                "MaximumRetryAttempts": 0 < said.get("MaximumRetryAttempts", -1) <= 100,
                "FunctionResponseTypes": said.get("FunctionResponseTypes") == ["ReportBatchItemFailures"],
                "OnFailure": "OnFailure" in said.get("DestinationConfig", {}),
                # Lambda's quota is five.
                "Filters": 0 < len(said.get("FilterCriteria", {}).get("Filters", [])) <= 5,
            }
            wrong += [f"{key}: {name}" for name, kept in wants.items() if not kept]
    return wrong


def over_budget(translated: Template) -> list[str]:
    """Too near CloudFormation's limits: 500 resources, 1 MB. (Time to move an area to a nested stack of its own.)"""
    count, size = len(translated["Resources"]), len(json.dumps(translated))
    return [
        *([f"{count} resources, more than 450"] if count > 450 else []),
        *([f"{size} bytes, more than 900 KB"] if size > 900_000 else []),
    ]
